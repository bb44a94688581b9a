package dev.millrace.core.training;

/**
 * How each image is changed, anew in each epoch. The defaults are He et al.'s for CIFAR-10 (2015,
 * section 4.2).
 *
 * @param cropPadding black pixels put around the image before a part of its own size is cut out at
 *     random; 0 for no such crop
 * @param flip whether half of the images, at random, are mirrored left to right
 */
public record Augmentation(int cropPadding, boolean flip) {

  public static final Augmentation DEFAULTS = new Augmentation(4, true);

  public static final Augmentation NONE = new Augmentation(0, false);

  private static final int MOST = 256;

  public Augmentation {
    if (cropPadding < 0 || cropPadding > MOST) {
      throw new IllegalArgumentException(
          "crop-padding: " + cropPadding + " is not between 0 and " + MOST + " pixels");
    }
  }
}
