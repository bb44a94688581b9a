package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adds nodes before and after a model. With these nodes, the model takes 8-bit pixels and returns
 * probabilities:
 *
 * <pre>
 * pixels uint8[N, height, width, 3], N being 1 for a model that takes one image at a time
 *   → the nodes of {@link InputFront}
 *   → the model, unchanged but for {@link BatchAxis}
 *   → Reshape, if it has no batch axis → Cast, if it does not return float32
 *   → Sub and Mul, if it returns 8-bit integers → Flatten or Reshape, if it does not return [N, classes]
 *   → the nodes of a {@link ScoreTail}
 * probabilities float32[N, classes]
 * </pre>
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
   * {@return the model with the nodes before it} The result takes 8-bit pixels, and returns the
   * model's scores in the model's own shape, converted to float32. Quantised scores are returned as
   * the values of their 8-bit integers.
   */
  SerializedModel scores() {
    return assemble(scores -> {}, List.of(), name -> Tensor.shapeless(name, DataType.FLOAT));
  }

  /**
   * {@return the same model as {@link #scores}, but with quantised scores converted to the real
   * numbers that the integers represent}
   */
  SerializedModel values() {
    return assemble(this::dequantize, List.of(), name -> Tensor.shapeless(name, DataType.FLOAT));
  }

  /**
   * {@return the prepared model}
   *
   * @param classes number of classes
   * @param flatten whether the shape of the scores is not {@code [batch, classes]}
   * @param answers the nodes that compute the answers from the scores
   */
  SerializedModel probabilities(int classes, boolean flatten, ScoreTail answers) {
    return assemble(
        scores -> {
          dequantize(scores);
          if (flatten && batch == 1) {
            scores.with("Reshape", "tail/flat", scores.constant("tail/flat_row", 1, -1));
          } else if (flatten) {
            scores.then("Flatten", "tail/flat", Attribute.integer("axis", 1));
          }
          answers.add(scores);
        },
        PreparedMark.of(answers.answers()),
        name -> Tensor.value(name, DataType.FLOAT, batch, classes));
  }

  /** Creates the declaration of the graph's output from the output's name. */
  private interface OutputType {
    ValueInfoProto named(String name);
  }

  private SerializedModel assemble(
      Consumer<NodeChain> finish, List<StringStringEntryProto> marks, OutputType type) {
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
    tail(new NodeChain(tail, names, output.name()), finish, answer);

    GraphProto.Builder graph = file.graph().toBuilder();
    graph.clearNode().addAllNode(front.nodes());
    graph.addAllNode(file.graph().getNodeList()).addAllNode(tail.nodes());
    graph.setInput(file.graph().getInputList().indexOf(file.input()), pixels);
    graph.clearOutput().addOutput(type.named(answer));
    ModelProto.Builder model = file.model().toBuilder().setGraph(graph);
    model.addMetadataProps(PreparedMark.of(preprocessing)).addAllMetadataProps(marks);
    return file.with(model.build()).serialized();
  }

  private void tail(NodeChain scores, Consumer<NodeChain> finish, String answer) {
    if (!input.batched()) {
      scores.with("Reshape", "tail/scores", scores.constant("tail/row", 1, -1));
    }
    if (output.needsCast()) {
      scores.then("Cast", "tail/float", Attribute.integer("to", DataType.FLOAT_VALUE));
    }
    finish.accept(scores);
    scores.end(answer);
  }

  /** Subtracts the zero point and multiplies by the scale, as DequantizeLinear does. */
  private void dequantize(NodeChain scores) {
    output
        .quantizer()
        .ifPresent(
            node -> {
              if (node.getInputCount() > 2 && !node.getInput(2).isEmpty()) {
                String zero = scores.castToFloat("tail/zero", node.getInput(2));
                scores.with("Sub", "tail/levels", zero);
              }
              scores.with("Mul", "tail/values", node.getInput(1));
            });
  }
}
