package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adds nodes before and after a model, so that it takes 8-bit pixels and returns probabilities:
 *
 * <pre>
 * pixels uint8[N, height, width, 3], N being 1 for a model that takes one image at a time
 *   → the nodes of {@link InputFront}
 *   → the model, unchanged but for {@link BatchAxis}
 *   → Reshape, if it has no batch axis → Cast, if it returns float16 → Flatten, if it returns [N, classes, 1, 1]
 *   → Softmax, if it returns logits; Log → Softmax, if it returns rounded probabilities
 * probabilities float32[N, classes]
 * </pre>
 *
 * <p>Probabilities that were rounded to half precision sum to 1 only within 1e-3. The softmax of
 * their logarithms equals the probabilities divided by their sum.
 *
 * <p>The format version, the operator set and all other content of the file stay unchanged.
 */
final class PreparedGraph {

  private final OnnxFile file;
  private final ImageInput input;
  private final ScoreOutput output;
  private final Preprocessing preprocessing;
  private final long batch;

  /**
   * Creates the graph.
   *
   * @param batch 1 if the model takes only one image at a time, otherwise {@link Tensor#BATCH}
   */
  PreparedGraph(
      OnnxFile file,
      ImageInput input,
      ScoreOutput output,
      Preprocessing preprocessing,
      long batch) {
    this.batch = batch;
    this.file = file;
    this.input = input;
    this.output = output;
    this.preprocessing = preprocessing;
  }

  /**
   * {@return the model with the nodes before it, but without Flatten, Log and Softmax after it} The
   * result takes 8-bit pixels and returns the model's scores as float32, in the model's own shape.
   */
  byte[] scores() {
    return assemble(scores -> {}, name -> Tensor.shapeless(name, DataType.FLOAT));
  }

  /**
   * {@return the prepared model}
   *
   * @param classes number of classes
   * @param flatten whether the scores have the shape {@code [batch, classes, 1, 1]}
   * @param softmax whether the scores are logits, so that a softmax is needed
   */
  byte[] probabilities(int classes, boolean flatten, boolean softmax) {
    return assemble(
        scores -> {
          if (flatten) {
            scores.then("Flatten", "tail/flat", Attribute.integer("axis", 1));
          }
          if (!softmax && output.rounded()) {
            scores.then("Log", "tail/log");
          }
          if (softmax || output.rounded()) {
            // Before operator set 13, Softmax's attribute axis had another meaning. For a tensor of
            // two dimensions, both meanings give the same result.
            scores.then("Softmax", "tail/softmax", Attribute.integer("axis", 1));
          }
        },
        name -> Tensor.value(name, DataType.FLOAT, batch, classes));
  }

  /** Creates the declaration of the graph's output from the output's name. */
  private interface OutputType {
    ValueInfoProto named(String name);
  }

  private byte[] assemble(Consumer<Chain> finish, OutputType type) {
    FreshNames names = new FreshNames(file.names());
    ValueInfoProto pixels =
        Tensor.value(
            names.take("pixels"),
            DataType.UINT8,
            batch,
            preprocessing.height(),
            preprocessing.width(),
            Preprocessing.CHANNELS);
    OnnxGraph front = new OnnxGraph("front");
    new InputFront(front, names, input, preprocessing).add(pixels.getName());
    OnnxGraph tail = new OnnxGraph("tail");
    String answer = names.take("probabilities");
    tail(new Chain(tail, names, output.name()), names, finish, answer);

    GraphProto.Builder graph = file.graph().toBuilder();
    graph.clearNode().addAllNode(front.nodes());
    graph.addAllNode(file.graph().getNodeList()).addAllNode(tail.nodes());
    graph.setInput(file.graph().getInputList().indexOf(file.input()), pixels);
    graph.clearOutput().addOutput(type.named(answer));
    ModelProto.Builder model = file.model().toBuilder().setGraph(graph);
    return model.addMetadataProps(PreparedMark.of(preprocessing)).build().toByteArray();
  }

  private void tail(Chain scores, FreshNames names, Consumer<Chain> finish, String answer) {
    if (!input.batched()) {
      String row = scores.graph.constant(names.take("tail/row"), Tensor.integers(1, -1));
      scores.with("Reshape", "tail/scores", row);
    }
    if (output.half()) {
      scores.then("Cast", "tail/float", to(DataType.FLOAT));
    }
    finish.accept(scores);
    scores.end(answer);
  }

  private static AttributeProto to(DataType type) {
    return Attribute.integer("to", type.getNumber());
  }

  /** A sequence of nodes, each of which takes the output of the node before it. */
  private static final class Chain {

    private final OnnxGraph graph;
    private final FreshNames names;
    private String last;

    Chain(OnnxGraph graph, FreshNames names, String first) {
      this.graph = graph;
      this.names = names;
      this.last = first;
    }

    void then(String operator, String name, AttributeProto... attributes) {
      last = graph.node(operator, names.take(name), List.of(last), attributes);
    }

    void with(String operator, String name, String operand) {
      last = graph.node(operator, names.take(name), List.of(last, operand));
    }

    /**
     * Gives the last value its final name, with an Identity node. No other node may use this name
     * for its output.
     */
    void end(String name) {
      graph.node("Identity", name, List.of(last));
    }
  }
}
