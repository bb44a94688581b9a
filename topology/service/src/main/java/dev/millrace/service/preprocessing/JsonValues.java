package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads values of configuration files. If a value is not as expected, the error names its key. */
final class JsonValues {

  private JsonValues() {}

  /** {@return whether a value counts as true in Python} */
  static boolean isSet(JsonNode node) {
    boolean isNothing = node.isNull() || node.isMissingNode();
    boolean isEmpty = node.isContainerNode() ? node.isEmpty() : node.asText().isEmpty();
    boolean isZero = node.isNumber() && node.asDouble() == 0;
    return !(isNothing || isEmpty || isZero || (node.isBoolean() && !node.asBoolean()));
  }

  /** {@return whether a key is true; false if it is missing} */
  static boolean flag(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (!node.isBoolean() && !node.isMissingNode() && !node.isNull()) {
      throw new IllegalArgumentException(key + " is " + node + ", neither true nor false");
    }
    return node.asBoolean();
  }

  /** {@return a finite number above 0} */
  static double positive(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (!node.isNumber() || !(node.asDouble() > 0) || Double.isInfinite(node.asDouble())) {
      throw new IllegalArgumentException(key + " is " + node + ", not a number above 0");
    }
    return node.asDouble();
  }

  /**
   * {@return the numbers of three channels or of one channel; empty if the key is missing} A single
   * number counts as a list of one number.
   */
  static Optional<List<Float>> perChannel(JsonNode json, String key) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    List<Float> values = new ArrayList<>();
    for (JsonNode value : node.isArray() ? node : List.of(node)) {
      float number = (float) value.asDouble();
      if (!value.isNumber() || !Float.isFinite(number)) {
        throw new IllegalArgumentException(key + " is " + node + ", not a list of numbers");
      }
      values.add(number);
    }
    if (values.size() != 1 && values.size() != Preprocessing.CHANNELS) {
      throw new IllegalArgumentException(
          key + " is " + node + ", not three numbers (red, green, blue) or one");
    }
    if (key.endsWith("std") && values.stream().anyMatch(value -> value <= 0)) {
      throw new IllegalArgumentException(key + " is " + node + ", not all above 0");
    }
    return Optional.of(values);
  }

  /** {@return a number of pixels, or null if the key is missing} */
  static Integer pixels(JsonNode json, String key) {
    JsonNode node = json.path(key);
    return node.isMissingNode() || node.isNull() ? null : Integer.valueOf(pixels(key, node));
  }

  /** {@return a number of pixels} */
  static int pixels(String key, JsonNode node) {
    if (!node.canConvertToInt()
        || !node.isIntegralNumber()
        || node.asInt() < 1
        || node.asInt() > Preprocessing.MAX_SIZE) {
      throw new IllegalArgumentException(
          key + " is " + node + ", not from 1 to " + Preprocessing.MAX_SIZE + " pixels");
    }
    return node.asInt();
  }

  /** {@return a share above 0 and at most 1} */
  static double share(JsonNode json, String key) {
    double share = positive(json, key);
    if (share > 1) {
      throw new IllegalArgumentException(key + " is " + share + ", not above 0 and at most 1");
    }
    return share;
  }

  /** {@return an interpolation by its name, or by Pillow's number} */
  static Interpolation interpolation(JsonNode json, String key) {
    JsonNode node = json.path(key);
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
