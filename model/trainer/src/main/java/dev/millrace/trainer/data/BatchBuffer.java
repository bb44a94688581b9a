package dev.millrace.trainer.data;

import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** A direct buffer for the pixels of one batch after the other. Confined to one thread. */
final class BatchBuffer {

  private final ByteBuffer pixels;

  /**
   * @param images the largest number of images in a batch
   * @param bytes number of bytes of an image's pixels
   */
  BatchBuffer(int images, int bytes) {
    this.pixels = ByteBuffer.allocateDirect(images * bytes);
  }

  /** {@return a batch of unchanged images, which reads the pixels into this buffer} */
  MiniBatch batch(List<Pixels.Image> images) {
    return new MiniBatch(
        places ->
            fill(Arrays.stream(places).mapToObj(images::get).toList(), UnaryOperator.identity()),
        images.stream().mapToInt(Pixels.Image::label).toArray(),
        images.stream().mapToInt(Pixels.Image::number).toArray());
  }

  /**
   * Fills the buffer.
   *
   * @param change changes an image's pixels; must not write to the array that it receives
   * @return the buffer, whose position is 0; valid until the next call
   * @throws TrainingException if an image can no longer be read
   */
  ByteBuffer fill(List<Pixels.Image> images, UnaryOperator<byte[]> change) {
    pixels.clear();
    for (Pixels.Image image : images) {
      pixels.put(change.apply(read(image)));
    }
    return pixels.rewind();
  }

  private static byte[] read(Pixels.Image image) {
    try {
      return image.pixels();
    } catch (IOException | RuntimeException e) {
      throw new TrainingException(
          "image " + image.key() + " can no longer be read (" + e.getMessage() + ")", e);
    }
  }
}
