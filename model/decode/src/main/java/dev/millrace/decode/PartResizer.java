package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;

/**
 * Cuts a part out of a picture, and resizes it to the size of a model's input. The pixels equal the
 * result of Pillow's {@code crop} and {@code resize}, and therefore the result of torchvision's
 * {@code resized_crop}. Keeps scratch memory. Not thread-safe.
 */
public final class PartResizer {

  private final CropResizer resizer = new CropResizer();
  private final Preprocessing squash;

  /**
   * Creates a resizer.
   *
   * @param preprocessing the size of the input, and the interpolation
   */
  public PartResizer(Preprocessing preprocessing) {
    this.squash = preprocessing.squashed(preprocessing.width(), preprocessing.height());
  }

  /**
   * Resizes a part of a picture.
   *
   * @param picture the picture
   * @param part a rectangle inside the picture
   * @param pixels receives {@code uint8[height, width, 3]} from index 0
   */
  public void resize(DecodedPicture picture, PicturePart part, byte[] pixels) {
    resizer.resize(new Rows(picture, part), squash, ByteBuffer.wrap(pixels));
  }

  /** The rows of a part. */
  private record Rows(DecodedPicture picture, PicturePart part) implements PixelRows {

    @Override
    public int width() {
      return part.width();
    }

    @Override
    public int height() {
      return part.height();
    }

    @Override
    public void copyRow(int y, int x, int columns, byte[] rgb) {
      int from = (part.top() + y) * picture.width() + part.left() + x;
      System.arraycopy(
          picture.rgb(), Preprocessing.CHANNELS * from, rgb, 0, Preprocessing.CHANNELS * columns);
    }

    @Override
    public void close() {
      // There is nothing to free, because the picture is on the heap.
    }
  }
}
