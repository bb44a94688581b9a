package dev.millrace.trainer.data;

import java.nio.ByteBuffer;

/**
 * A batch of images and their classes.
 *
 * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
 * @param labels the index of each image's class
 */
public record MiniBatch(ByteBuffer pixels, int[] labels) {

  /** {@return the number of images} */
  public int size() {
    return labels.length;
  }
}
