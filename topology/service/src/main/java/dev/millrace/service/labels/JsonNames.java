package dev.millrace.service.labels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.labels.ClassNames.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON that names a model's classes. */
public final class JsonNames {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonNames() {}

  /** {@return whether a text is JSON, and not a line of text that begins with a bracket} */
  static boolean isJson(String text) {
    return text.stripLeading().matches("(?s)(\\{\\s*[\"}]|\\[\\s*[\"\\[{\\]]).*");
  }

  static Found read(String text) {
    try {
      return read(JSON.readTree(text))
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "its JSON names no classes; give a list of names, or id2label with an index"
                          + " for each name"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "it is no valid JSON (" + e.getOriginalMessage() + "); correct it", e);
    }
  }

  /**
   * Reads the names in the {@code config.json} of a model: Hugging Face's {@code id2label}, or
   * timm's {@code label_names}.
   *
   * @param config the file's content
   * @return the names, or empty if the file has none
   * @throws IllegalArgumentException if the names are not those of all classes
   */
  public static Optional<ClassNames> ofConfig(JsonNode config) {
    return config(config)
        .map(
            found ->
                new ClassNames(new dev.millrace.core.model.Labels(found.names()), found.form()));
  }

  private static Optional<Found> config(JsonNode json) {
    if (json.path("id2label").isObject() && !json.get("id2label").isEmpty()) {
      return indexed(json.get("id2label"), "JSON with id2label");
    }
    if (json.path("label2id").isObject() && !json.get("label2id").isEmpty()) {
      return inverted(json.get("label2id"), "JSON with label2id");
    }
    JsonNode names = json.path("label_names");
    return names.isArray() && !names.isEmpty() ? described(names, json) : Optional.empty();
  }

  /** Reads timm's names, which may be WordNet's numbers with a description each. */
  private static Optional<Found> described(JsonNode names, JsonNode json) {
    JsonNode descriptions = json.path("label_descriptions");
    List<String> found = new ArrayList<>();
    for (JsonNode name : names) {
      found.add(descriptions.path(name.asText()).asText(name.asText()));
    }
    return Optional.of(new Found(found, "JSON with label_names"));
  }

  private static Optional<Found> read(JsonNode json) {
    if (json.isArray()) {
      return list(json);
    }
    Optional<Found> ofConfig = config(json);
    if (ofConfig.isPresent()) {
      return ofConfig;
    }
    for (String key : List.of("labels", "classes", "class_names", "names")) {
      if (json.path(key).isContainerNode()) {
        return read(json.get(key));
      }
    }
    return indexed(json, "JSON with an index for each name")
        .or(() -> inverted(json, "JSON with a name for each index"));
  }

  private static Optional<Found> list(JsonNode json) {
    List<String> names = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode item : json) {
      JsonNode id = item.path("id").isMissingNode() ? item.path("index") : item.path("id");
      JsonNode name = item.path("name").isMissingNode() ? item.path("label") : item.path("name");
      if (item.isTextual()) {
        names.add(item.asText());
      } else if (name.isTextual() && id.isInt()) {
        names.add(name.asText());
        numbers.add(id.asInt());
      } else {
        return Optional.empty();
      }
    }
    if (numbers.isEmpty()) {
      return Optional.of(new Found(names, "a JSON list"));
    }
    return numbers.size() == names.size()
        ? Optional.of(
            new Found(Indices.sorted(numbers, names), "a JSON list with an id for each name"))
        : Optional.empty();
  }

  /** Reads {@code {"0": "tench"}} or Keras' {@code {"0": ["n01440764", "tench"]}}. */
  private static Optional<Found> indexed(JsonNode json, String form) {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      boolean isPair = value.isArray() && value.size() == 2 && value.get(1).isTextual();
      if (!field.getKey().matches("\\d{1,9}") || !(value.isTextual() || isPair)) {
        return Optional.empty();
      }
      numbers.add(Integer.valueOf(field.getKey()));
      names.add(isPair ? value.get(1).asText() : value.asText());
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(Indices.sorted(numbers, names), form));
  }

  /** Reads {@code {"tench": 0}}. */
  private static Optional<Found> inverted(JsonNode json, String form) {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getValue().isInt()) {
        return Optional.empty();
      }
      numbers.add(field.getValue().asInt());
      names.add(field.getKey());
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(Indices.sorted(numbers, names), form));
  }
}
