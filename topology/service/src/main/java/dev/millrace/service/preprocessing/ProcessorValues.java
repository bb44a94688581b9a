package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * The values for an image processor: the values in its file, otherwise the processor's defaults. A
 * key with the value null counts as missing.
 */
final class ProcessorValues {

  private final JsonNode file;
  private final ImageProcessor processor;
  private final ObjectNode json;

  /**
   * Merges a file with defaults.
   *
   * @throws IllegalArgumentException if a key is missing and its default is not known
   */
  ProcessorValues(JsonNode file, ImageProcessor processor) {
    this.file = file;
    this.processor = processor;
    json = processor.defaults().deepCopy();
    for (Map.Entry<String, JsonNode> field : file.properties()) {
      if (!field.getValue().isNull()) {
        json.set(field.getKey(), field.getValue());
      }
    }
    for (String key : processor.differing()) {
      if (isDefault(key)) {
        throw new IllegalArgumentException(
            "%s is missing, and versions of transformers have different defaults for %s"
                .formatted(key, processor.name()));
      }
    }
  }

  /** {@return the values of all keys that the file or the processor has} */
  JsonNode json() {
    return json;
  }

  /**
   * {@return whether the value of a key is a default, because the file does not contain the key}
   */
  boolean isDefault(String key) {
    return !file.hasNonNull(key);
  }

  /** {@return whether the processor is of a family} */
  boolean isOf(String family) {
    return processor.family().equals(family);
  }

  /** {@return whether a key is true} */
  boolean flag(String key) {
    return JsonValues.flag(json, key);
  }
}
