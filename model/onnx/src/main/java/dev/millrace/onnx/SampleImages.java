package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Creates pixels for trial runs. The pixels are the same in every process. */
final class SampleImages {

  private static final long SEED = 1;

  /** The number of single-colour blocks along each side of an image. */
  private static final int BLOCKS = 4;

  private SampleImages() {}

  /** {@return a direct buffer of {@code uint8[images, height, width, 3]} with noise} */
  static ByteBuffer noise(int images, int width, int height) {
    byte[] pixels = new byte[images * width * height * Preprocessing.CHANNELS];
    new Random(SEED).nextBytes(pixels);
    return ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
  }

  /**
   * {@return three images that differ as much as possible, each a direct buffer of {@code uint8[1,
   * height, width, 3]}: noise, blocks of random colours, and a gradient}
   */
  static List<ByteBuffer> different(int width, int height) {
    byte[] blocks = new byte[BLOCKS * BLOCKS * Preprocessing.CHANNELS];
    new Random(SEED + 1).nextBytes(blocks);
    ByteBuffer mosaic = ByteBuffer.allocateDirect(width * height * Preprocessing.CHANNELS);
    ByteBuffer gradient = ByteBuffer.allocateDirect(width * height * Preprocessing.CHANNELS);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int block = (y * BLOCKS / height * BLOCKS + x * BLOCKS / width) * Preprocessing.CHANNELS;
        mosaic.put(blocks, block, Preprocessing.CHANNELS);
        gradient.put((byte) (255 * x / width)).put((byte) (255 - 200 * y / height)).put((byte) 30);
      }
    }
    return List.of(noise(1, width, height), mosaic.rewind(), gradient.rewind());
  }

  /**
   * {@return a direct buffer of {@code uint8[1, height, width, 3]} in which every byte has the
   * given value}
   */
  static ByteBuffer plain(int value, int width, int height) {
    byte[] pixels = new byte[width * height * Preprocessing.CHANNELS];
    Arrays.fill(pixels, (byte) value);
    return ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
  }
}
