package dev.millrace.service.command.models;

import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataLocation;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A multilayer perceptron with random weights. Four files hold weights of 2.7 GB, and a fifth file
 * holds the small biases.
 */
final class LargeModel {

  /** Width and height of the images, in pixels. */
  static final int SIDE = 32;

  static final int CLASSES = 10;

  private static final int[] WIDTHS = {3 * SIDE * SIDE, 60_000, 4_000, 60_000, CLASSES};

  /**
   * Number of random values that are repeated until a file is full. The number is prime, so that
   * the rows of a weight matrix differ.
   */
  private static final int PERIOD = 1_000_003;

  private static final String BIASES = "biases.bin";

  private LargeModel() {}

  /**
   * Writes the model with its weights.
   *
   * @param folder an empty folder
   * @return the ONNX file
   */
  static Path write(Path folder) throws IOException {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("perceptron")
            .addInput(value("images", "batch", 3, SIDE, SIDE))
            .addOutput(value("logits", "batch", CLASSES))
            .addNode(node("Flatten", "flat", "images"));
    String last = "flat";
    long biases = 0;
    try (OutputStream all = open(folder.resolve(BIASES))) {
      for (int layer = 1; layer < WIDTHS.length; layer++) {
        int inputs = WIDTHS[layer - 1];
        int outputs = WIDTHS[layer];
        try (OutputStream weights = open(folder.resolve("layer" + layer))) {
          fill(weights, (long) inputs * outputs, Math.sqrt(6.0 / inputs), layer);
        }
        fill(all, outputs, 0.1, layer);
        graph
            .addInitializer(tensor("w" + layer, "layer" + layer, 0, inputs, outputs))
            .addInitializer(tensor("b" + layer, BIASES, biases, outputs));
        biases += outputs * (long) Float.BYTES;
        String sum = layer == WIDTHS.length - 1 ? "logits" : "sum" + layer;
        graph.addNode(node("Gemm", sum, last, "w" + layer, "b" + layer));
        last = "relu" + layer;
        if (layer < WIDTHS.length - 1) {
          graph.addNode(node("Relu", last, sum));
        }
      }
    }
    return Files.write(
        folder.resolve("large.onnx"),
        ModelProto.newBuilder()
            .setIrVersion(7)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
            .setGraph(graph)
            .build()
            .toByteArray());
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
  }

  /** Writes random values between {@code -scale} and {@code scale}. */
  private static void fill(OutputStream out, long values, double scale, long seed)
      throws IOException {
    Random random = new Random(seed);
    ByteBuffer block = ByteBuffer.allocate(PERIOD * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (block.hasRemaining()) {
      block.putFloat((float) (scale * (2 * random.nextDouble() - 1)));
    }
    for (long left = values; left > 0; left -= PERIOD) {
      out.write(block.array(), 0, (int) Math.min(left, PERIOD) * Float.BYTES);
    }
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static TensorProto tensor(String name, String file, long offset, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT_VALUE)
            .setDataLocation(DataLocation.EXTERNAL);
    long length = Float.BYTES;
    for (long size : shape) {
      tensor.addDims(size);
      length *= size;
    }
    return tensor
        .addExternalData(entry("location", file))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ValueInfoProto value(String name, String batch, long... sizes) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam(batch));
    for (long size : sizes) {
      shape.addDim(Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }
}
