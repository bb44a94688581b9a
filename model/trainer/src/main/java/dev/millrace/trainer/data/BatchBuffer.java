package dev.millrace.trainer.data;

import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A direct buffer for the pixels of one batch after the other. Confined to one thread. */
final class BatchBuffer {

  private final ByteBuffer pixels;

  /**
   * @param images the largest number of images in a batch
   * @param bytes number of bytes of an image's pixels
   */
  BatchBuffer(int images, int bytes) {
    this.pixels = MiniBatch.buffer(images, bytes);
  }

  /** {@return a batch of unchanged images, which reads the pixels into this buffer} */
  MiniBatch batch(List<Pixels.Image> images) {
    return new MiniBatch(
        places -> fill(Arrays.stream(places).mapToObj(images::get).toList(), Pixels.Image::pixels),
        images.stream().mapToInt(Pixels.Image::label).toArray(),
        images.stream().mapToInt(Pixels.Image::number).toArray());
  }

  /** Reads the pixels of an image. */
  @FunctionalInterface
  interface Reader {
    byte[] read(Pixels.Image image) throws IOException;
  }

  /**
   * Fills the buffer.
   *
   * @param reader reads the pixels of each image; the buffer copies them at once
   * @return the buffer, whose position is 0; valid until the next call
   * @throws TrainingException if an image can no longer be read
   */
  ByteBuffer fill(List<Pixels.Image> images, Reader reader) {
    pixels.clear();
    for (Pixels.Image image : images) {
      pixels.put(read(image, reader));
    }
    return pixels.rewind();
  }

  private static byte[] read(Pixels.Image image, Reader reader) {
    try {
      return reader.read(image);
    } catch (IOException | RuntimeException e) {
      throw new TrainingException(
          "image " + image.key() + " can no longer be read (" + e.getMessage() + ")", e);
    }
  }
}
