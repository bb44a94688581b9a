package dev.millrace.onnx.quantize;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.threads.Workers;
import dev.millrace.onnx.Attribute;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OrtLibrary;
import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A small network that a test writes node by node, with random weights. */
final class SketchedNetwork {

  static final int CHANNELS = 8;
  static final int CLASSES = 5;
  static final int SIZE = 16;
  static final Labels LABELS = new Labels(List.of("a", "b", "c", "d", "e"));
  static final Preprocessing PREPROCESSING =
      new Preprocessing(SIZE, SIZE, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("sketch");
  private final Random random = new Random(3);
  private final int opset;
  private int names;

  SketchedNetwork(int opset) {
    this.opset = opset;
    graph.addInput(Tensor.value("image", DataType.FLOAT, Tensor.BATCH, 3, SIZE, SIZE));
  }

  /** Adds a node, and returns the name of its output. */
  String node(String operator, List<AttributeProto> attributes, String... inputs) {
    String name = operator.toLowerCase(Locale.ROOT) + names++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(name)
            .addAllInput(List.of(inputs))
            .addOutput(name)
            .addAllAttribute(attributes));
    return name;
  }

  String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  /** Adds a convolution that keeps the height and the width. */
  String conv(String input, int from, int to, int kernel) {
    return node(
        "Conv",
        List.of(
            Attribute.integers("kernel_shape", kernel, kernel),
            Attribute.integers("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2)),
        input,
        weights(to, from, kernel, kernel),
        bias(to));
  }

  /** Adds the first convolution with its ReLU. */
  String stem() {
    return node("Relu", conv("image", 3, CHANNELS, 3));
  }

  /** Adds a convolution with its ReLU. */
  String block(String input) {
    return node("Relu", conv(input, CHANNELS, CHANNELS, 3));
  }

  String pooled(String input) {
    return node("Flatten", node("GlobalAveragePool", input));
  }

  String gemm(String input, int from, int to) {
    return node(
        "Gemm", List.of(Attribute.integer("transB", 1)), input, weights(to, from), bias(to));
  }

  /** Adds the pooling and the last matrix product. */
  String head(String input) {
    return gemm(pooled(input), CHANNELS, CLASSES);
  }

  String maxPool(String input) {
    return node(
        "MaxPool",
        List.of(Attribute.integers("kernel_shape", 2, 2), Attribute.integers("strides", 2, 2)),
        input);
  }

  /** Adds weights whose first axis is the output channel. */
  String weights(long... shape) {
    int size = 1;
    for (long each : shape) {
      size *= (int) each;
    }
    int channel = size / (int) shape[0];
    return constant(normal(size, Math.sqrt(2.0 / channel)), shape);
  }

  String bias(int channels) {
    return constant(normal(channels, 0.1), channels);
  }

  String constant(float[] values, long... shape) {
    return constant(Tensor.floats(values, shape));
  }

  String integers(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(Tensor.of(DataType.INT64, bytes, List.of(values.length)));
  }

  private String constant(TensorProto tensor) {
    String name = "constant" + names++;
    graph.addInitializer(tensor.toBuilder().setName(name));
    return name;
  }

  private float[] normal(int size, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  /** Returns the network with this output, prepared for serving. */
  byte[] prepared(String scores) {
    graph.addOutput(Tensor.shapeless(scores, DataType.FLOAT));
    byte[] exported =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .setGraph(graph)
            .build()
            .toByteArray();
    return ModelPreparation.prepare(exported, PREPROCESSING, LABELS).bytes();
  }

  /** Quantises a network by the plan in which some layers stay in float32. */
  static byte[] quantised(byte[] prepared, String... kept) {
    Network network = FloatModel.of(prepared);
    try (Workers workers = new Workers("quantize")) {
      Calibration calibration =
          Calibration.of(
              network, new Plan(network, Set.of()).activations(), images(), PREPROCESSING, workers);
      return new QdqGraph(
              network,
              new Plan(network, Set.of(kept)),
              calibration.scales(CalibrationMethod.MIN_MAX),
              ChannelWeights.FULL)
          .build()
          .toByteArray();
    }
  }

  static QuantizedModel quantisedByItself(byte[] prepared) {
    try (Quantizer quantizer =
        new Quantizer(
            prepared,
            PREPROCESSING,
            LABELS,
            new CalibrationImages(images(), List.of()),
            new Quantizer.Settings(false, 100),
            line -> {})) {
      return quantizer.quantize();
    }
  }

  static List<byte[]> images() {
    return SmallNetwork.images(24, SIZE);
  }

  /** Returns the operators that ONNX Runtime runs. */
  static List<String> optimised(byte[] model) throws IOException, OrtException {
    return optimisedGraph(model).getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  /** Returns the operators that ONNX Runtime runs with constant float32 weights. */
  static List<String> floatLayers(byte[] model) throws IOException, OrtException {
    GraphProto graph = optimisedGraph(model);
    Set<String> weights =
        graph.getInitializerList().stream()
            .filter(each -> each.getDataType() == DataType.FLOAT_VALUE && each.getDimsCount() > 1)
            .map(TensorProto::getName)
            .collect(Collectors.toSet());
    return graph.getNodeList().stream()
        .filter(node -> node.getInputCount() > 1 && weights.contains(node.getInput(1)))
        .map(node -> node.getOpType().replace("Fused", ""))
        .toList();
  }

  private static GraphProto optimisedGraph(byte[] model) throws IOException, OrtException {
    Path file = Files.createTempFile("optimised", ".onnx");
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(file.toString());
      options.setSessionLogLevel(OrtLibrary.LOG_LEVEL);
      OrtLibrary.environment().createSession(model, options).close();
      return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    } finally {
      Files.delete(file);
    }
  }

  /** Returns the largest difference between the scores of two models. */
  static double difference(byte[] one, byte[] other) throws OrtException {
    List<float[]> expected = scores(one);
    List<float[]> actual = scores(other);
    double largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      for (int c = 0; c < CLASSES; c++) {
        largest = Math.max(largest, Math.abs(expected.get(i)[c] - actual.get(i)[c]));
      }
    }
    return largest;
  }

  private static List<float[]> scores(byte[] model) throws OrtException {
    List<float[]> scores = new ArrayList<>();
    long[] shape = {1, SIZE, SIZE, Preprocessing.CHANNELS};
    try (SessionOptions options = new SessionOptions()) {
      options.setSessionLogLevel(OrtLibrary.LOG_LEVEL);
      options.addConfigEntry("session.x64quantprecision", "1");
      try (OrtSession session = OrtLibrary.environment().createSession(model, options)) {
        String input = session.getInputNames().iterator().next();
        for (byte[] image : images()) {
          try (OnnxTensor pixels =
                  OnnxTensor.createTensor(
                      OrtLibrary.environment(),
                      CalibrationImages.direct(image),
                      shape,
                      OnnxJavaType.UINT8);
              OrtSession.Result result = session.run(Map.of(input, pixels))) {
            scores.add(((float[][]) result.get(0).getValue())[0]);
          }
        }
      }
    }
    return scores;
  }
}
