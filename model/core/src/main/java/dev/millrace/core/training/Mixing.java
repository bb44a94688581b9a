package dev.millrace.core.training;

/**
 * Mixtures of two training images. The loss counts both labels, each with its share of the image.
 * If both kinds are enabled, each batch randomly uses one of them.
 *
 * @param mixup alpha of mixup, which adds two images, for example 0.2. 0 turns mixup off. See Zhang
 *     et al. (2018)
 * @param cutMix alpha of CutMix, which replaces a rectangle of an image by a part of another image,
 *     for example 1. 0 turns CutMix off. See Yun et al. (2019)
 */
public record Mixing(double mixup, double cutMix) {

  /** No mixtures. */
  public static final Mixing NONE = new Mixing(0, 0);

  /**
   * Validates the values.
   *
   * @param mixup alpha of mixup, or 0
   * @param cutMix alpha of CutMix, or 0
   * @throws IllegalArgumentException if a value is negative or not a number
   */
  public Mixing {
    Range.requireNotNegative("mixup", mixup);
    Range.requireNotNegative("cutmix", cutMix);
  }
}
