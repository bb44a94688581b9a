package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * The values of a file for an image processor: the file's own, or else the processor's defaults. A
 * key with the value null is missing.
 */
final class ProcessorValues {

  private final JsonNode file;
  private final ImageProcessor processor;
  private final ObjectNode json;

  /**
   * Merges a file with defaults.
   *
   * @throws IllegalArgumentException if a key is missing whose default is not known
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

  /** {@return whether the file does not say a key} */
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
