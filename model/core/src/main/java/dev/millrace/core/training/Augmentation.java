package dev.millrace.core.training;

import java.util.Objects;

/**
 * Random changes to each training image, drawn again in each epoch. The defaults are the changes of
 * He et al. for CIFAR-10 (2015, section 4.2).
 *
 * @param cropPadding width, in pixels, of a black border that is added to the image, from 0 (no
 *     crop) to 256. Then a random part of the bordered image is cut out, with the size of the
 *     original image
 * @param cropArea for random resized crops, the smallest area of the part that is cut out of the
 *     whole image and resized to the size of the network's input. The area is a share of the
 *     image's area, above 0 and at most 1 (no crop)
 * @param flip whether each image is mirrored left to right with a probability of 0.5; if false, no
 *     image is mirrored
 * @param colorJitter the largest random change of brightness, contrast and saturation, from 0 (no
 *     change) to 1. The hue is rotated by up to a quarter of this value
 * @param trivialAugment whether one random operation of TrivialAugment is applied to each image
 * @param erasing the probability, from 0 to 1, that a random rectangle of an image is replaced by
 *     noise
 * @param mixing mixtures of two images
 */
public record Augmentation(
    int cropPadding,
    double cropArea,
    boolean flip,
    double colorJitter,
    boolean trivialAugment,
    double erasing,
    Mixing mixing) {

  /** The defaults: a border of 4 pixels, and images mirrored with a probability of 0.5. */
  public static final Augmentation DEFAULTS = of(4, true);

  /** No changes. */
  public static final Augmentation NONE = of(0, false);

  private static final int MOST = 256;

  /**
   * Validates the values.
   *
   * @param cropPadding width, in pixels, of the black border
   * @param cropArea the smallest area of a part that is cut out and resized
   * @param flip whether each image is mirrored left to right with a probability of 0.5
   * @param colorJitter the largest random change of the colours
   * @param trivialAugment whether one random operation of TrivialAugment is applied
   * @param erasing the probability that a rectangle is replaced by noise
   * @param mixing mixtures of two images
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public Augmentation {
    if (cropPadding < 0 || cropPadding > MOST) {
      throw new IllegalArgumentException(
          "crop-padding: " + cropPadding + " is not between 0 and " + MOST + " pixels");
    }
    if (!(cropArea > 0 && cropArea <= 1)) {
      throw new IllegalArgumentException(
          "crop-area: " + cropArea + " must be above 0 and at most 1");
    }
    Range.requireProbability("color-jitter", colorJitter);
    Range.requireProbability("erasing", erasing);
    Objects.requireNonNull(mixing, "mixing");
  }

  /**
   * {@return the changes of He et al. (2015)}
   *
   * @param cropPadding width, in pixels, of the black border, or 0 for no crop
   * @param flip whether each image is mirrored left to right with a probability of 0.5
   */
  public static Augmentation of(int cropPadding, boolean flip) {
    return new Augmentation(cropPadding, 1, flip, 0, false, 0, Mixing.NONE);
  }
}
