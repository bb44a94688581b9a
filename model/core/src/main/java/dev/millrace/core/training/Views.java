package dev.millrace.core.training;

/**
 * The random changes that make two views of each image for {@link SimSiam}: a part of the image is
 * cut out, resized, mirrored, changed in colour, made grey and blurred.
 *
 * @param cropArea the smallest area of the part, as a share of the image's area, above 0 and at
 *     most 1
 * @param flip whether each view is mirrored left to right with a probability of 0.5
 * @param colorJitter the largest random change of brightness, contrast and saturation, from 0 (no
 *     change) to 1; the hue is rotated by up to a quarter of this value. The colours change with a
 *     probability of 0.8
 * @param grayscale the probability, from 0 to 1, that a view is made grey
 * @param blur the probability, from 0 to 1, that a view is blurred
 */
public record Views(
    double cropArea, boolean flip, double colorJitter, double grayscale, double blur) {

  /** The changes for images of 64 pixels and more: Chen and He (2021), section 3. */
  public static final Views DEFAULTS = new Views(0.2, true, 0.4, 0.2, 0.5);

  private static final int SMALLEST_BLURRED = 64;

  /**
   * Validates the values.
   *
   * @param cropArea the smallest area of the part that is cut out
   * @param flip whether each view is mirrored with a probability of 0.5
   * @param colorJitter the largest random change of the colours
   * @param grayscale the probability that a view is made grey
   * @param blur the probability that a view is blurred
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public Views {
    if (!(cropArea > 0 && cropArea <= 1)) {
      throw new IllegalArgumentException(
          "crop-area: " + cropArea + " must be above 0 and at most 1");
    }
    Range.requireProbability("color-jitter", colorJitter);
    Range.requireProbability("grayscale", grayscale);
    Range.requireProbability("blur", blur);
  }

  /**
   * {@return the changes of Chen and He (2021)} Images below 64 pixels are not blurred.
   *
   * @param size side of the images, in pixels
   */
  public static Views of(int size) {
    return size < SMALLEST_BLURRED
        ? new Views(DEFAULTS.cropArea, DEFAULTS.flip, DEFAULTS.colorJitter, DEFAULTS.grayscale, 0)
        : DEFAULTS;
  }
}
