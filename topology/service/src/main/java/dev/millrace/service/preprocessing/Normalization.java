package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import java.util.Collections;
import java.util.List;

/**
 * A mean and a standard deviation on the 0..1 scale.
 *
 * @param mean mean of each channel, or null if it is not known
 * @param std standard deviation of each channel, or null if it is not known
 * @param wereBytes whether they were given on the 0..255 scale
 */
public record Normalization(List<Float> mean, List<Float> std, boolean wereBytes) {

  private static final double BYTES = 255;

  /**
   * Recognises the scale of a mean and a standard deviation. A value above 1 can only be on the
   * 0..255 scale. On that scale, a mean of 0 or a standard deviation of 1 may stand beside it, which
   * leaves the pixels as they are.
   *
   * @param mean mean of each channel, or null
   * @param std standard deviation of each channel, or null
   * @return the values on the 0..1 scale
   * @throws IllegalArgumentException if the two are on different scales
   */
  public static Normalization recognised(List<Float> mean, List<Float> std) {
    boolean meanOfBytes = mean != null && max(mean) > 1;
    boolean stdOfBytes = std != null && max(std) > 1;
    if (!meanOfBytes && !stdOfBytes) {
      return new Normalization(mean, std, false);
    }
    if (!meanOfBytes && mean != null && max(mean) != 0) {
      throw mixed("std", std, "mean", mean);
    }
    if (!stdOfBytes && std != null && !std.stream().allMatch(value -> value == 1)) {
      throw mixed("mean", mean, "std", std);
    }
    return new Normalization(scaled(mean, 1 / BYTES), scaled(std, 1 / BYTES), true);
  }

  /**
   * {@return the normalisation on the 0..1 scale that equals {@code (pixel * scale - mean) / std}}
   *
   * @param scale factor of the pixels, above 0
   * @param mean mean of each channel, after the scale
   * @param std standard deviation of each channel, after the scale
   */
  static Normalization of(double scale, List<Float> mean, List<Float> std) {
    double factor = Preprocessing.UNIT_SCALE / scale;
    return new Normalization(scaled(mean, factor), scaled(std, factor), false);
  }

  private static IllegalArgumentException mixed(
      String large, List<Float> values, String small, List<Float> others) {
    return new IllegalArgumentException(
        "--%s %s is on the 0..255 scale, but --%s %s is on the 0..1 scale; give both on the same"
            .formatted(large, joined(values), small, joined(others)));
  }

  private static String joined(List<Float> values) {
    return String.join(",", values.stream().map(Object::toString).toList());
  }

  private static float max(List<Float> values) {
    return values.isEmpty() ? 0 : Collections.max(values);
  }

  /** Scales the decimal numbers that the user wrote, so that 123.675 / 255 is exactly 0.485. */
  private static List<Float> scaled(List<Float> values, double factor) {
    return values == null || Math.abs(factor - 1) < 1e-6
        ? values
        : values.stream().map(value -> (float) (Double.parseDouble(value.toString()) * factor)).toList();
  }
}
