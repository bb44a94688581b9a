package dev.millrace.trainer.data;

import java.nio.ByteBuffer;

/**
 * Images side by side.
 *
 * @param pixels direct buffer of {@code uint8[images, size, size, 3]} from position 0
 * @param labels the index of each one's class
 */
public record MiniBatch(ByteBuffer pixels, int[] labels) {

  /** How many images it holds. */
  public int size() {
    return labels.length;
  }
}
