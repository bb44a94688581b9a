package dev.millrace.benchmarks.crayfish;

import dev.millrace.onnx.Tensor;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.OperatorSetIdProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.util.List;
import java.util.Random;

/**
 * The small network of Crayfish: a feed-forward network for grey images of 28x28 pixels and 10
 * classes, with 28,618 parameters. Four layers with 32 neurons and a ReLU each precede the last
 * layer. The weights are random, because the network runs equally fast with trained weights.
 */
public final class FeedForwardNetwork {

  /** Side of the square input, in pixels. */
  public static final int SIDE = 28;

  /** Number of classes. */
  public static final int CLASSES = 10;

  private static final int NEURONS = 32;
  private static final int HIDDEN_LAYERS = 4;
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("ffnn");
  private final Random random = new Random(1);

  private FeedForwardNetwork() {}

  /**
   * Returns the network's ONNX file. Its input is {@code float32[batch, 1, 28, 28]}, and its output
   * is {@code float32[batch, 10]}, without a softmax.
   */
  public static byte[] write() {
    return new FeedForwardNetwork().onnx();
  }

  private byte[] onnx() {
    graph.addInput(Tensor.value("input", DataType.FLOAT, Tensor.BATCH, 1, SIDE, SIDE));
    node("Flatten", "flat", "input");
    String last = "flat";
    int inputs = SIDE * SIDE;
    for (int i = 0; i < HIDDEN_LAYERS; i++) {
      linear("layer" + i, last, inputs, NEURONS);
      last = "relu" + i;
      node("Relu", last, "layer" + i);
      inputs = NEURONS;
    }
    linear("output", last, inputs, CLASSES);
    graph.addOutput(Tensor.value("output", DataType.FLOAT, Tensor.BATCH, CLASSES));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("millrace-benchmarks")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private void linear(String name, String input, int inputs, int outputs) {
    weight(name + ".weight", inputs, inputs, outputs);
    weight(name + ".bias", inputs, outputs);
    node("Gemm", name, input, name + ".weight", name + ".bias");
  }

  private void node(String operator, String output, String... inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(List.of(inputs))
            .addOutput(output));
  }

  /** Adds random numbers whose variance is 2 divided by the number of the layer's inputs. */
  private void weight(String name, int inputs, long... shape) {
    int count = 1;
    for (long side : shape) {
      count *= (int) side;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / inputs));
    }
    graph.addInitializer(Tensor.floats(values, shape).toBuilder().setName(name));
  }
}
