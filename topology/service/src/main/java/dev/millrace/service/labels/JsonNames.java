package dev.millrace.service.labels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads JSON, or a Python literal, that names a model's classes. */
public final class JsonNames {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final JsonMapper PYTHON =
      JSON.rebuild()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  /** Matches the beginning of JSON, but not a line of text in brackets such as {@code [PAD]}. */
  private static final Pattern JSON_BEGIN =
      Pattern.compile("\\s*(\\{\\s*[\"}]|\\[\\s*[\"\\[{\\]])");

  /**
   * Matches the beginning of a Python dict or list that is not valid JSON, for example <code>{0:
   * 'a'</code>.
   */
  private static final Pattern PYTHON_BEGIN =
      Pattern.compile("\\s*(\\{\\s*(-?\\d+\\s*:\\s*[\"']|')|\\[\\s*')");

  private final String language;

  private JsonNames(String language) {
    this.language = language;
  }

  /**
   * Reads a text.
   *
   * @param text the text
   * @param isJson whether the file's name says that it is JSON
   * @return the names, or empty if the text is neither JSON nor a Python literal
   * @throws IllegalArgumentException if the text is invalid or names no classes
   */
  static Optional<Found> read(String text, boolean isJson) {
    if (PYTHON_BEGIN.matcher(text).lookingAt()) {
      return Optional.of(parsed(text, PYTHON, "Python"));
    }
    return isJson || JSON_BEGIN.matcher(text).lookingAt()
        ? Optional.of(parsed(text, JSON, "JSON"))
        : Optional.empty();
  }

  private static Found parsed(String text, JsonMapper mapper, String language) {
    try {
      return read(mapper.readTree(text), language);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "it is not valid " + language + " (" + e.getOriginalMessage() + "); correct it", e);
    }
  }

  /**
   * Reads the names in the content of a file.
   *
   * @param content the content
   * @param language the file's language, as error messages and the form of the names show it
   * @throws IllegalArgumentException if the content names no classes
   */
  static Found read(JsonNode content, String language) {
    return new JsonNames(language)
        .read(content)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "its "
                        + language
                        + " names no classes; give a list of names, or an index for each name"));
  }

  /**
   * Reads the names in the {@code config.json} of a model: Hugging Face's {@code id2label}, or
   * timm's {@code label_names}.
   *
   * @param config the file's content
   * @return the names, or empty if the file has none
   * @throws IllegalArgumentException if the names do not cover all classes
   */
  public static Optional<ClassNames> ofConfig(JsonNode config) {
    return new JsonNames("JSON").config(config).map(ClassNames::of);
  }

  private Optional<Found> config(JsonNode json) {
    if (json.path("id2label").isObject() && !json.get("id2label").isEmpty()) {
      return indexed(json.get("id2label"), language + " with id2label");
    }
    if (json.path("label2id").isObject() && !json.get("label2id").isEmpty()) {
      return inverted(json.get("label2id"), language + " with label2id");
    }
    JsonNode names = json.path("label_names");
    return names.isArray() && !names.isEmpty() ? described(names, json) : Optional.empty();
  }

  /**
   * Reads timm's names. If the names are WordNet's numbers, the descriptions of these numbers
   * become the names of the classes.
   */
  private Optional<Found> described(JsonNode names, JsonNode json) {
    JsonNode descriptions = json.path("label_descriptions");
    List<String> found = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (JsonNode name : names) {
      ids.add(name.asText());
      found.add(descriptions.path(name.asText()).asText(name.asText()));
    }
    return Optional.of(new Found(found, ids, language + " with label_names"));
  }

  private Optional<Found> read(JsonNode json) {
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
    return indexed(json, language + " with an index for each name")
        .or(() -> inverted(json, language + " with a name for each index"));
  }

  private Optional<Found> list(JsonNode json) {
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
      return Optional.of(new Found(names, "a " + language + " list"));
    }
    return numbers.size() == names.size()
        ? Optional.of(
            sorted(numbers, names, List.of(), "a " + language + " list with an id for each name"))
        : Optional.empty();
  }

  /** Reads {@code {"0": "tench"}} or Keras' {@code {"0": ["n01440764", "tench"]}}. */
  private static Optional<Found> indexed(JsonNode json, String form) {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      boolean isPair = value.isArray() && value.size() == 2 && value.get(1).isTextual();
      if (!field.getKey().matches("\\d{1,9}") || !(value.isTextual() || isPair)) {
        return Optional.empty();
      }
      numbers.add(Integer.valueOf(field.getKey()));
      names.add(isPair ? value.get(1).asText() : value.asText());
      if (isPair) {
        ids.add(value.get(0).asText());
      }
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(sorted(numbers, names, ids.size() == names.size() ? ids : List.of(), form));
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
        : Optional.of(sorted(numbers, names, List.of(), form));
  }

  private static Found sorted(
      List<Integer> numbers, List<String> names, List<String> ids, String form) {
    return new Found(names, ids, form + (Indices.areFromOne(numbers) ? ", numbered from 1" : ""))
        .sorted(numbers);
  }
}
