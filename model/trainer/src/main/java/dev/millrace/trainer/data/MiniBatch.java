package dev.millrace.trainer.data;

import java.nio.ByteBuffer;

/**
 * A batch of images and their classes.
 *
 * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
 * @param labels the index of each image's class
 * @param others the index of the class of the second image, if each image is a mixture of two
 * @param share the share of the first image in each mixture, from 0 to 1; 1 if no image is a
 *     mixture
 */
public record MiniBatch(ByteBuffer pixels, int[] labels, int[] others, double share) {

  /**
   * Creates a batch of images that are no mixtures.
   *
   * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
   * @param labels the index of each image's class
   */
  public MiniBatch(ByteBuffer pixels, int[] labels) {
    this(pixels, labels, labels, 1);
  }

  /** {@return the number of images} */
  public int size() {
    return labels.length;
  }
}
