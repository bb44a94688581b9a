package dev.millrace.core.training;

/**
 * Random changes to each training image, drawn again in each epoch. The defaults are the changes of
 * He et al. for CIFAR-10 (2015, section 4.2).
 *
 * @param cropPadding width, in pixels, of the black border that is put around the image before a
 *     random part of the image's size is cut out; from 0 (no crop) to 256
 * @param flip whether an image is mirrored left to right with probability 0.5
 */
public record Augmentation(int cropPadding, boolean flip) {

  /** The defaults: a border of 4 pixels, and mirrored images. */
  public static final Augmentation DEFAULTS = new Augmentation(4, true);

  /** No changes. */
  public static final Augmentation NONE = new Augmentation(0, false);

  private static final int MOST = 256;

  /**
   * Validates the values.
   *
   * @param cropPadding width, in pixels, of the black border that is put around the image before a
   *     random part of the image's size is cut out
   * @param flip whether an image is mirrored left to right with probability 0.5
   * @throws IllegalArgumentException if the border is out of range
   */
  public Augmentation {
    if (cropPadding < 0 || cropPadding > MOST) {
      throw new IllegalArgumentException(
          "crop-padding: " + cropPadding + " is not between 0 and " + MOST + " pixels");
    }
  }
}
