package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Pixels for trial runs. They are the same in every process. */
final class SampleImages {

  private static final long SEED = 1;

  private SampleImages() {}

  /** {@return a direct buffer of {@code uint8[images, height, width, 3]} with noise} */
  static ByteBuffer noise(int images, int width, int height) {
    byte[] pixels = new byte[images * width * height * Preprocessing.CHANNELS];
    new Random(SEED).nextBytes(pixels);
    return ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
  }

  /**
   * {@return a direct buffer of {@code uint8[1, height, width, 3]} in which every byte has the given
   * value}
   */
  static ByteBuffer plain(int value, int width, int height) {
    byte[] pixels = new byte[width * height * Preprocessing.CHANNELS];
    Arrays.fill(pixels, (byte) value);
    return ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
  }
}
