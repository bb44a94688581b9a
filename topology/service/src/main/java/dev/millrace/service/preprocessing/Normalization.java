package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * A mean and a standard deviation on the 0..1 scale.
 *
 * @param mean mean of each channel, or null if it is not known
 * @param std standard deviation of each channel, or null if it is not known
 * @param wereBytes whether the values were given on the 0..255 scale
 */
public record Normalization(List<Float> mean, List<Float> std, boolean wereBytes) {

  private static final BigDecimal WHITE = BigDecimal.valueOf(255);

  /**
   * Largest standard deviation that counts as a value on the 0..1 scale. The largest usual value is
   * 1, and a margin is added.
   */
  private static final float LARGEST_UNIT_STD = 2;

  /**
   * Recognises the scale of a mean and a standard deviation. A mean above 1, or a standard
   * deviation above {@value #LARGEST_UNIT_STD}, can only be on the 0..255 scale. A mean of 0 and a
   * standard deviation of 1 are allowed on the 0..255 scale, too, because they leave the pixels as
   * they are.
   *
   * @param mean mean of each channel, or null
   * @param std standard deviation of each channel, or null
   * @return the values on the 0..1 scale
   * @throws IllegalArgumentException if the two are on different scales, or a value is not finite
   */
  public static Normalization recognised(List<Float> mean, List<Float> std) {
    requireFinite("mean", mean);
    requireFinite("std", std);
    boolean bytesInMean = mean != null && mean.stream().anyMatch(value -> Math.abs(value) > 1);
    boolean bytesInStd = std != null && std.stream().anyMatch(value -> value > LARGEST_UNIT_STD);
    boolean unitInMean =
        mean != null && !bytesInMean && mean.stream().anyMatch(value -> value != 0);
    boolean unitInStd = std != null && std.stream().allMatch(value -> value < 1);
    if ((bytesInMean && unitInStd) || (bytesInStd && unitInMean)) {
      throw new IllegalArgumentException(
          "mean: "
              + mean
              + " and std "
              + std
              + " are on different scales (0..255 and 0..1); give both on the same scale, or set it"
              + " with --scale");
    }
    return bytesInMean || bytesInStd
        ? new Normalization(scaled(mean, WHITE), scaled(std, WHITE), true)
        : new Normalization(mean, std, false);
  }

  private static void requireFinite(String name, List<Float> values) {
    if (values != null && !values.stream().allMatch(Float::isFinite)) {
      throw new IllegalArgumentException(
          name + ": " + values + " holds a value that is not a finite number, such as 0.485");
    }
  }

  /**
   * {@return the normalisation on the 0..1 scale that equals {@code (pixel * scale - mean) / std}}
   *
   * @param scale factor of the pixels, above 0
   * @param mean mean of each channel, after the scale
   * @param std standard deviation of each channel, after the scale
   */
  static Normalization of(double scale, List<Float> mean, List<Float> std) {
    double white = scale / Preprocessing.UNIT_SCALE;
    if (Math.abs(white - 1) < 1e-6) {
      return new Normalization(mean, std, false);
    }
    BigDecimal divisor = BigDecimal.valueOf(white);
    return new Normalization(scaled(mean, divisor), scaled(std, divisor), false);
  }

  /** Divides the numbers in their decimal form, so that 123.675 / 255 is exactly 0.485. */
  private static List<Float> scaled(List<Float> values, BigDecimal divisor) {
    return values == null
        ? null
        : values.stream()
            .map(value -> new BigDecimal(value.toString()).divide(divisor, MathContext.DECIMAL64))
            .map(BigDecimal::floatValue)
            .toList();
  }
}
