package dev.millrace.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads a prediction's JSON. If a field is missing or has the wrong type, this class throws an
 * {@code IllegalArgumentException} that names the field. Unknown fields are ignored, because a
 * later release may have added them.
 */
final class PredictionReader {

  /** The name of the field that only a prediction of independent classes has. */
  static final String KIND = "kind";

  /** The only value of {@link #KIND}. */
  static final String INDEPENDENT = "independent";

  /** The name of the field that a prediction may have only if its image is stored elsewhere. */
  static final String REVISION = "revision";

  private PredictionReader() {}

  static Prediction read(JsonNode json) {
    JsonNode model = field(json, "model", "object", JsonNode::isObject);
    JsonNode source = field(json, "source", "object", JsonNode::isObject);
    return new Prediction(
        text(json, "id"),
        new Prediction.Model(text(model, "name"), integer(model, "version"), text(model, "sha256")),
        text(json, "label"),
        probability(json.path("probability"), "probability"),
        top(array(json, "top")),
        isIndependent(json) ? labels(array(json, "labels")) : null,
        json.has("probabilities") ? probabilities(array(json, "probabilities")) : null,
        new Prediction.Source(
            text(source, "topic"),
            integer(source, "partition"),
            field(source, "offset", "integer", n -> n.isIntegralNumber() && n.canConvertToLong())
                .longValue()),
        json.has(REVISION) ? text(json, REVISION) : null);
  }

  private static List<Prediction.Top> top(JsonNode array) {
    List<Prediction.Top> top = new ArrayList<>(array.size());
    for (JsonNode one : array) {
      top.add(
          new Prediction.Top(
              integer(one, "index"),
              text(one, "label"),
              probability(one.path("probability"), "probability")));
    }
    return top;
  }

  private static boolean isIndependent(JsonNode json) {
    if (!json.has(KIND)) {
      return false;
    }
    if (!text(json, KIND).equals(INDEPENDENT)) {
      throw new IllegalArgumentException("its field \"kind\" is not \"independent\"");
    }
    return true;
  }

  private static List<String> labels(JsonNode array) {
    List<String> labels = new ArrayList<>(array.size());
    for (JsonNode one : array) {
      labels.add(checked(one, "labels", "text", JsonNode::isTextual).textValue());
    }
    return labels;
  }

  private static Probabilities probabilities(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = probability(array.get(i), "probabilities");
    }
    return Probabilities.of(values);
  }

  private static float probability(JsonNode node, String name) {
    return checked(node, name, "number", n -> n.isNumber() && Float.isFinite(n.floatValue()))
        .floatValue();
  }

  private static JsonNode array(JsonNode parent, String name) {
    return field(parent, name, "array", JsonNode::isArray);
  }

  private static String text(JsonNode parent, String name) {
    return field(parent, name, "text", JsonNode::isTextual).textValue();
  }

  private static int integer(JsonNode parent, String name) {
    return field(parent, name, "integer", n -> n.isIntegralNumber() && n.canConvertToInt())
        .intValue();
  }

  private static JsonNode field(
      JsonNode parent, String name, String type, Predicate<JsonNode> matches) {
    return checked(parent.path(name), name, type, matches);
  }

  private static JsonNode checked(
      JsonNode node, String name, String type, Predicate<JsonNode> matches) {
    if (node.isMissingNode()) {
      throw new IllegalArgumentException("it has no field \"" + name + "\"");
    }
    if (!matches.test(node)) {
      throw new IllegalArgumentException("its field \"" + name + "\" is not of type " + type);
    }
    return node;
  }
}
