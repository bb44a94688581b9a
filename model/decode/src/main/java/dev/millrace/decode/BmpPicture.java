package dev.millrace.decode;

/**
 * The pixels of a BMP, read from the file's own bytes. A channel of fewer than eight bits is scaled
 * to the range from 0 to 255 and rounded down, as Pillow does. If a channel has more than eight
 * bits, only its highest eight bits are used.
 */
final class BmpPicture implements PixelRows {

  private static final int WHITE = 255;

  private final BmpHeader header;
  private final byte[] bytes;
  private final long stride;

  /**
   * @param header the header, whose {@code pixelsAt} is an offset in {@code bytes}
   * @param bytes the file, or rows of indices
   * @param stride number of bytes from the start of one row to the start of the next
   */
  BmpPicture(BmpHeader header, byte[] bytes, long stride) {
    this.header = header;
    this.bytes = bytes;
    this.stride = stride;
  }

  @Override
  public int width() {
    return header.width();
  }

  @Override
  public int height() {
    return header.height();
  }

  @Override
  public void copyRow(int y, int x, int columns, byte[] rgb) {
    int row = header.fromTop() ? y : height() - 1 - y;
    int start = (int) (header.pixelsAt() + row * stride);
    if (header.bits() <= Byte.SIZE) {
      copyIndices(start, x, columns, rgb);
    } else {
      copyColours(start, x, columns, rgb);
    }
  }

  private void copyIndices(int start, int x, int columns, byte[] rgb) {
    int bits = header.bits();
    byte[] palette = header.palette();
    int mask = (1 << bits) - 1;
    for (int i = 0; i < columns; i++) {
      long bit = (long) (x + i) * bits;
      int shift = Byte.SIZE - bits - (int) (bit % Byte.SIZE);
      int index = bytes[start + (int) (bit / Byte.SIZE)] >> shift & mask;
      rgb[3 * i] = palette[3 * index + 2];
      rgb[3 * i + 1] = palette[3 * index + 1];
      rgb[3 * i + 2] = palette[3 * index];
    }
  }

  private void copyColours(int start, int x, int columns, byte[] rgb) {
    int pixelBytes = header.bits() / Byte.SIZE;
    int[] masks = header.masks();
    for (int i = 0; i < columns; i++) {
      int at = start + (x + i) * pixelBytes;
      int pixel = 0;
      for (int n = 0; n < pixelBytes; n++) {
        pixel |= (bytes[at + n] & 0xFF) << (n * Byte.SIZE);
      }
      for (int channel = 0; channel < masks.length; channel++) {
        rgb[3 * i + channel] = (byte) level(pixel, masks[channel]);
      }
    }
  }

  private static int level(int pixel, int mask) {
    int bits = Integer.bitCount(mask);
    int value = (pixel & mask) >>> Integer.numberOfTrailingZeros(mask);
    if (bits >= Byte.SIZE) {
      return value >>> (bits - Byte.SIZE);
    }
    return value * WHITE / ((1 << bits) - 1);
  }

  @Override
  public void close() {
    // There is nothing to free, because the picture is on the heap.
  }
}
