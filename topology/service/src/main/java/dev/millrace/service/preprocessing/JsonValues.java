package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads values of configuration files, and says which key holds another value than expected. */
final class JsonValues {

  private JsonValues() {}

  /** {@return a list of numbers, or null if the key is missing} One number stands for a list. */
  static List<Float> numbers(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    List<Float> values = new ArrayList<>();
    for (JsonNode value : node.isArray() ? node : List.of(node)) {
      if (!value.isNumber()) {
        throw new IllegalArgumentException(key + " is " + node + ", not a list of numbers");
      }
      values.add((float) value.asDouble());
    }
    return values;
  }

  /** {@return a number of pixels, or null if the key is missing} */
  static Integer pixels(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isIntegralNumber() || node.asLong() < 1 || node.asLong() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(key + " is " + node + ", not a number of pixels");
    }
    return node.asInt();
  }

  /** {@return a share above 0 and at most 1, or null if the key is missing} */
  static Double share(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isNumber() || !(node.asDouble() > 0 && node.asDouble() <= 1)) {
      throw new IllegalArgumentException(key + " is " + node + ", not a number from 0 to 1");
    }
    return node.asDouble();
  }

  /** {@return an interpolation by its name, or by Pillow's number; null if the key is missing} */
  static Interpolation interpolation(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    return switch (node.asText().toLowerCase(Locale.ROOT)) {
      case "0", "nearest" -> Interpolation.NEAREST;
      case "1", "lanczos" -> Interpolation.LANCZOS;
      case "2", "bilinear" -> Interpolation.BILINEAR;
      case "3", "bicubic" -> Interpolation.BICUBIC;
      default ->
          throw new IllegalArgumentException(
              key + " is " + node + ", an interpolation that Millrace does not have");
    };
  }
}
