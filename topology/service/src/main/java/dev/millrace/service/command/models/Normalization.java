package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The normalisation of a model's input: {@code (pixel * scale - mean) / std}.
 *
 * @param scale factor of a pixel's value
 * @param mean mean of each channel, after the scale
 * @param std standard deviation of each channel, after the scale
 * @param assumed what was not given, in words
 */
record Normalization(double scale, List<Float> mean, List<Float> std, List<String> assumed) {

  private static final int WHITE = 255;

  /** The largest standard deviation that is possible on the 0..1 scale is 1; a margin is left. */
  private static final float LARGEST_UNIT_STD = 2;

  /** The averages of ImageNet's means and standard deviations over red, green and blue. */
  private static final List<Float> GREY_MEAN = List.of(0.449f);

  private static final List<Float> GREY_STD = List.of(0.226f);

  /** {@return no normalisation: the pixels as they are} */
  static Normalization none(Channels channels) {
    return new Normalization(
        1, repeated(0, channels), repeated(1, channels), List.of("pixels from 0 to 255 (uint8)"));
  }

  /**
   * Completes the values that a user gives.
   *
   * @param scale the factor, or null
   * @param mean the means, or null
   * @param std the standard deviations, or null
   * @throws IllegalArgumentException if the mean and the standard deviation have different scales
   */
  static Normalization of(Channels channels, Double scale, List<Float> mean, List<Float> std) {
    if (scale != null) {
      return completed(
          scale, mean, std, repeated(0, channels), repeated(1, channels), "mean 0", "std 1");
    }
    boolean bytes = isByteScale(mean, std);
    int factor = bytes ? WHITE : 1;
    Normalization completed =
        completed(
            bytes ? 1 : Preprocessing.UNIT_SCALE,
            mean,
            std,
            scaled(usualMean(channels), factor),
            scaled(usualStd(channels), factor),
            "ImageNet's mean",
            "ImageNet's std");
    return bytes ? completed.with("the 0..255 scale of --mean and --std (--scale 1)") : completed;
  }

  private static Normalization completed(
      double scale,
      List<Float> mean,
      List<Float> std,
      List<Float> usualMean,
      List<Float> usualStd,
      String meanWords,
      String stdWords) {
    List<String> assumed = new ArrayList<>();
    if (mean == null) {
      assumed.add(meanWords + " " + usualMean);
    }
    if (std == null) {
      assumed.add(stdWords + " " + usualStd);
    }
    return new Normalization(
        scale, mean == null ? usualMean : mean, std == null ? usualStd : std, assumed);
  }

  private Normalization with(String assumption) {
    List<String> more = new ArrayList<>(assumed);
    more.add(assumption);
    return new Normalization(scale, mean, std, more);
  }

  /** {@return whether the values are for pixels from 0 to 255, and not from 0 to 1} */
  private static boolean isByteScale(List<Float> mean, List<Float> std) {
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
              + " are on different scales (0..255 and 0..1); give both on one, or say with --scale"
              + " which");
    }
    return bytesInMean || bytesInStd;
  }

  private static List<Float> usualMean(Channels channels) {
    return switch (channels) {
      case RGB -> Preprocessing.IMAGENET_MEAN;
      case BGR -> reversed(Preprocessing.IMAGENET_MEAN);
      case GREY -> GREY_MEAN;
      case RGBA -> extended(Preprocessing.IMAGENET_MEAN, 0);
    };
  }

  private static List<Float> usualStd(Channels channels) {
    return switch (channels) {
      case RGB -> Preprocessing.IMAGENET_STD;
      case BGR -> reversed(Preprocessing.IMAGENET_STD);
      case GREY -> GREY_STD;
      case RGBA -> extended(Preprocessing.IMAGENET_STD, 1);
    };
  }

  private static List<Float> reversed(List<Float> values) {
    List<Float> reversed = new ArrayList<>(values);
    Collections.reverse(reversed);
    return reversed;
  }

  private static List<Float> extended(List<Float> values, float alpha) {
    List<Float> extended = new ArrayList<>(values);
    extended.add(alpha);
    return extended;
  }

  /** Multiplies the decimal numbers, so that 0.224 becomes 57.12 and not 57.120003. */
  private static List<Float> scaled(List<Float> values, int factor) {
    return values.stream()
        .map(value -> new BigDecimal(value.toString()).multiply(BigDecimal.valueOf(factor)))
        .map(BigDecimal::floatValue)
        .toList();
  }

  private static List<Float> repeated(float value, Channels channels) {
    return Collections.nCopies(channels.count(), value);
  }
}
