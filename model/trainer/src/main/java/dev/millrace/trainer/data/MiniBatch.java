package dev.millrace.trainer.data;

import java.nio.ByteBuffer;

/**
 * A batch of images and their classes.
 *
 * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
 * @param labels the index of each image's class
 * @param others if each image is a mixture of two images, the index of the second image's class
 * @param share the share of the first image in each mixture, from 0 to 1; 1 if no image is a
 *     mixture
 * @param images the number of each image in its set. Empty if the images have random changes,
 *     because their pixels then differ from epoch to epoch
 */
public record MiniBatch(ByteBuffer pixels, int[] labels, int[] others, double share, int[] images) {

  private static final int[] CHANGED = {};
  private static final double HALF = 0.5;

  /**
   * Creates a batch of images that are not mixtures, but may have random changes.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of each image's class
   */
  public MiniBatch(ByteBuffer pixels, int[] labels) {
    this(pixels, labels, CHANGED);
  }

  /**
   * Creates a batch of images that always have the same pixels.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of each image's class
   * @param images the number of each image
   */
  public MiniBatch(ByteBuffer pixels, int[] labels, int[] images) {
    this(pixels, labels, labels, 1, images);
  }

  /**
   * Creates a batch of mixtures of two images.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of the first image's class
   * @param others the index of the second image's class
   * @param share the share of the first image, from 0 to 1
   */
  public MiniBatch(ByteBuffer pixels, int[] labels, int[] others, double share) {
    this(pixels, labels, others, share, CHANGED);
  }

  /** {@return the index of the class to which the larger part of each image belongs} */
  public int[] mainLabels() {
    return share < HALF ? others : labels;
  }

  /** {@return the number of images} */
  public int size() {
    return labels.length;
  }
}
