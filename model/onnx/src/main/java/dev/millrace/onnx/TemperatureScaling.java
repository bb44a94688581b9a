package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Puts a temperature into a prepared model's graph: a node that divides the logits by the
 * temperature before the softmax. If the graph does not end in a softmax, the temperature divides
 * the logarithms of its probabilities, and a softmax follows. If the graph already has a
 * temperature, the two temperatures are multiplied.
 */
public final class TemperatureScaling {

  private static final String KEY = "millrace.temperature";

  private TemperatureScaling() {}

  /**
   * {@return the model with the temperature}
   *
   * @param prepared the bytes of the prepared model file, which stay unchanged. Weights in other
   *     files stay in these files
   * @param temperature the temperature, above 0
   * @throws ModelException if the file is not a prepared model, or if its classes are independent
   *     of each other
   */
  public static byte[] apply(byte[] prepared, double temperature) {
    ModelProto model = OnnxFile.content(prepared);
    requireExclusive(model);
    GraphProto.Builder graph = model.getGraph().toBuilder();
    NodeProto end = producer(graph, graph.getOutput(0).getName());
    FreshNames names = new FreshNames(new OnnxFile(model).names());
    OnnxGraph added = new OnnxGraph("temperature");
    int softmax = indexOf(graph, end.getInput(0));
    if (softmax >= 0 && graph.getNode(softmax).getOpType().equals("Softmax")) {
      NodeProto node = graph.getNode(softmax);
      NodeChain logits = new NodeChain(added, names, node.getInput(0));
      divide(logits, temperature);
      graph.setNode(softmax, node.toBuilder().setInput(0, logits.last()));
      insert(graph, softmax, added.nodes());
    } else {
      NodeChain probabilities = new NodeChain(added, names, end.getInput(0));
      probabilities.then("Log", "tail/logarithms");
      divide(probabilities, temperature);
      probabilities.then("Softmax", "tail/softmax", Attribute.integer("axis", 1));
      int last = indexOf(graph, end.getOutput(0));
      graph.setNode(last, end.toBuilder().setInput(0, probabilities.last()));
      insert(graph, last, added.nodes());
    }
    return marked(model, read(model).orElse(1) * temperature).setGraph(graph).build().toByteArray();
  }

  /**
   * {@return the temperature in a prepared model's graph; empty if there is none}
   *
   * @param prepared the bytes of the prepared model file
   * @throws ModelException if the bytes are not an ONNX file, or its temperature is no number above
   *     0
   */
  public static OptionalDouble of(byte[] prepared) {
    return read(OnnxFile.content(prepared));
  }

  private static void divide(NodeChain logits, double temperature) {
    logits.with("Div", "tail/divided", logits.constant("tail/temperature", (float) temperature));
  }

  private static void requireExclusive(ModelProto model) {
    if (PreparedMark.read(model).isEmpty()) {
      throw new ModelException(
          "the file is not prepared for serving, so it gets no temperature: import it first");
    }
    Optional<String> answers = property(model, PreparedMark.ANSWERS_KEY);
    if (PreparedMark.answers(answers) == AnswerKind.INDEPENDENT) {
      throw new ModelException(
          "the model has independent classes and therefore no softmax: a temperature is for models"
              + " with exclusive classes");
    }
  }

  private static OptionalDouble read(ModelProto model) {
    return property(model, KEY).stream().mapToDouble(TemperatureScaling::number).findFirst();
  }

  private static double number(String text) {
    try {
      double temperature = Double.parseDouble(text);
      if (temperature > 0 && Double.isFinite(temperature)) {
        return temperature;
      }
    } catch (NumberFormatException e) {
      // the exception below also covers a text that is not a number
    }
    throw new ModelException(
        "the file's metadata says "
            + KEY
            + "='"
            + text
            + "', which is no number above 0: import the model again from its original file");
  }

  private static Optional<String> property(ModelProto model, String key) {
    return model.getMetadataPropsList().stream()
        .filter(entry -> entry.getKey().equals(key))
        .map(StringStringEntryProto::getValue)
        .findFirst();
  }

  private static ModelProto.Builder marked(ModelProto model, double temperature) {
    ModelProto.Builder marked = model.toBuilder().clearMetadataProps();
    model.getMetadataPropsList().stream()
        .filter(entry -> !entry.getKey().equals(KEY))
        .forEach(marked::addMetadataProps);
    return marked.addMetadataProps(
        StringStringEntryProto.newBuilder().setKey(KEY).setValue(Double.toString(temperature)));
  }

  private static NodeProto producer(GraphProto.Builder graph, String value) {
    return graph.getNode(indexOf(graph, value));
  }

  /** {@return the index of the node that computes a value; -1 if there is none} */
  private static int indexOf(GraphProto.Builder graph, String value) {
    for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
      if (graph.getNode(i).getOutputList().contains(value)) {
        return i;
      }
    }
    return -1;
  }

  private static void insert(GraphProto.Builder graph, int index, List<NodeProto> nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      graph.addNode(index + i, nodes.get(i));
    }
  }
}
