package dev.millrace.core.training;

/**
 * Random changes to each training image, drawn again in each epoch. The defaults are the changes of
 * He et al. for CIFAR-10 (2015, section 4.2).
 *
 * @param cropPadding width, in pixels, of a black border that is added to the image, from 0 (no
 *     crop) to 256. A random part, as large as the original image, is then cut out of the image
 *     with its border
 * @param flip whether each image is mirrored left to right with a probability of 0.5; if false, no
 *     image is mirrored
 */
public record Augmentation(int cropPadding, boolean flip) {

  /** The defaults: a border of 4 pixels, and images mirrored with a probability of 0.5. */
  public static final Augmentation DEFAULTS = new Augmentation(4, true);

  /** No changes. */
  public static final Augmentation NONE = new Augmentation(0, false);

  private static final int MOST = 256;

  /**
   * Validates the values.
   *
   * @param cropPadding width, in pixels, of the black border
   * @param flip whether each image is mirrored left to right with a probability of 0.5; if false,
   *     no image is mirrored
   * @throws IllegalArgumentException if the border is out of range
   */
  public Augmentation {
    if (cropPadding < 0 || cropPadding > MOST) {
      throw new IllegalArgumentException(
          "crop-padding: " + cropPadding + " is not between 0 and " + MOST + " pixels");
    }
  }
}
