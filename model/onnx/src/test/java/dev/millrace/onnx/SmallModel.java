package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The smallest classifier: each class's logit is a weighted sum of the three channels' means. The
 * tests export it in many forms, of which some can be prepared and some must be refused. {@link
 * #probabilities} computes the correct result without the model.
 *
 * @param shape shape of the input
 * @param elements type of the input's and output's elements
 * @param opset operator set of the file
 * @param input name of the input
 * @param output name of the output
 * @param ending adds the nodes between the logits and the output; it receives the name of the
 *     logits
 */
record SmallModel(
    List<Long> shape,
    DataType elements,
    int opset,
    String input,
    String output,
    Function<Ending, String> ending) {

  static final int SIZE = 4;
  static final int CLASSES = 5;
  static final Labels LABELS = new Labels(List.of("a", "b", "c", "d", "e"));
  static final Preprocessing PREPROCESSING =
      new Preprocessing(SIZE, 6, List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.25f, 0.3f));

  /** A graph that ends at its logits. */
  record Ending(OnnxGraph graph, String logits) {

    String node(String operator, AttributeProto... attributes) {
      return graph.node(operator, operator + "_end", List.of(logits), attributes);
    }
  }

  static SmallModel nchw() {
    return new SmallModel(
        List.of(Tensor.BATCH, 3L, (long) SIZE, (long) SIZE),
        DataType.FLOAT,
        OnnxGraph.OPSET,
        "x",
        "y",
        Ending::logits);
  }

  static SmallModel nhwc() {
    return nchw().shaped(Tensor.BATCH, SIZE, SIZE, 3);
  }

  SmallModel shaped(long... newShape) {
    List<Long> sizes = Arrays.stream(newShape).boxed().toList();
    return new SmallModel(sizes, elements, opset, input, output, ending);
  }

  SmallModel of(DataType newElements) {
    return new SmallModel(shape, newElements, opset, input, output, ending);
  }

  SmallModel opset(int newOpset) {
    return new SmallModel(shape, elements, newOpset, input, output, ending);
  }

  SmallModel named(String newInput, String newOutput) {
    return new SmallModel(shape, elements, opset, newInput, newOutput, ending);
  }

  SmallModel ending(Function<Ending, String> newEnding) {
    return new SmallModel(shape, elements, opset, input, output, newEnding);
  }

  SmallModel ending(String operator) {
    return ending(end -> end.node(operator));
  }

  ModelProto model() {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    OnnxGraph graph = new OnnxGraph("small");
    String x = graph.input(Tensor.value(input, elements, sizes));
    x = graph.node("Cast", "cast", List.of(x), to(DataType.FLOAT));
    long[] axes = sizes.length == 4 && sizes[1] == 3 ? new long[] {2, 3} : new long[] {1, 2};
    x =
        graph.node(
            "ReduceMean",
            "means",
            List.of(x),
            Attribute.integers("axes", axes),
            Attribute.integer("keepdims", 0));
    String weight = graph.weight("fc.weight", Tensor.floats(weights(), CLASSES, 3));
    String bias = graph.weight("fc.bias", Tensor.floats(new float[CLASSES], CLASSES));
    String logits =
        graph.node("Gemm", "logits", List.of(x, weight, bias), Attribute.integer("transB", 1));
    List<String> scores = List.of(ending.apply(new Ending(graph, logits)));
    if (elements == DataType.FLOAT) {
      graph.node("Identity", output, scores);
    } else {
      graph.node("Cast", output, scores, to(elements));
    }
    graph.output(Tensor.shapeless(output, elements));
    return graph.model(opset);
  }

  byte[] bytes() {
    return model().toByteArray();
  }

  static AttributeProto to(DataType type) {
    return Attribute.integer("to", type.getNumber());
  }

  /**
   * Returns the correct probabilities for the first images of a buffer.
   *
   * @param pixels {@code uint8[N, SIZE, SIZE, 3]}
   * @param images number of images
   */
  static float[] probabilities(ByteBuffer pixels, int images) {
    float[] weights = weights();
    float[] answer = new float[images * CLASSES];
    for (int image = 0; image < images; image++) {
      int first = image * PREPROCESSING.bytes();
      double[] logits = new double[CLASSES];
      for (int channel = 0; channel < 3; channel++) {
        int offset = first + channel;
        double mean =
            IntStream.range(0, SIZE * SIZE)
                .map(pixel -> Byte.toUnsignedInt(pixels.get(offset + 3 * pixel)))
                .average()
                .orElseThrow();
        double normalised =
            (mean / 255 - PREPROCESSING.mean().get(channel)) / PREPROCESSING.std().get(channel);
        for (int c = 0; c < CLASSES; c++) {
          logits[c] += normalised * weights[c * 3 + channel];
        }
      }
      System.arraycopy(Softmax.of(logits), 0, answer, image * CLASSES, CLASSES);
    }
    return answer;
  }

  private static float[] weights() {
    float[] weights = new float[CLASSES * 3];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (3 * Math.sin(i));
    }
    return weights;
  }
}
