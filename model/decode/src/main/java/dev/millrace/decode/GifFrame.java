package dev.millrace.decode;

import java.util.Arrays;

/**
 * The first frame of a GIF (GIF89a specification) on its canvas. OpenCV is not used, because its
 * GIF reader reads all frames of an animation, and takes seconds for a small malicious file.
 *
 * <p>Transparency is dropped, as for every other format. A transparent pixel gets the colour that
 * the palette lists for the pixel's index. The canvas outside the frame has the colour of the
 * transparent index, or of index 0 if the frame has no transparent index. Pillow does the same.
 */
final class GifFrame {

  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int COLOURS = 256;

  private final HeaderReader in;
  private final int canvasWidth;
  private final int canvasHeight;
  private byte[] palette = greyPalette();
  private int background;
  private int left;
  private int top;
  private int width;
  private int height;
  private boolean interlaced;

  private GifFrame(HeaderReader in) {
    this.in = in;
    in.skip(6);
    canvasWidth = in.u16le();
    canvasHeight = in.u16le();
    int flags = in.u8();
    in.skip(2);
    readPalette(flags);
  }

  /** Reads the file up to the first frame's compressed pixels. */
  static GifFrame read(HeaderReader in) {
    GifFrame frame = new GifFrame(in);
    int block = in.u8();
    while (block == EXTENSION) {
      frame.readExtension();
      block = in.u8();
    }
    if (block != IMAGE) {
      throw ImageFormat.GIF.undecodable("has no frame after its header");
    }
    frame.readDescriptor();
    return frame;
  }

  /** {@return the size of the canvas, enlarged to hold the frame} */
  ImageHeader header() {
    if (width == 0 || height == 0) {
      throw ImageFormat.GIF.undecodable("has an empty first frame");
    }
    return new ImageHeader(
        ImageFormat.GIF, Math.max(canvasWidth, left + width), Math.max(canvasHeight, top + height));
  }

  /** Decompresses the frame. */
  PixelRows decode() {
    byte[] indices = new byte[width * height];
    new GifLzw(in).decode(indices);
    return new Picture(indices, interlaced ? interlacedRows() : null);
  }

  private void readExtension() {
    int label = in.u8();
    int length = in.u8();
    if (label == GRAPHIC_CONTROL && length == 4) {
      boolean transparent = (in.u8() & 1) != 0;
      in.skip(2);
      int index = in.u8();
      background = transparent ? index : 0;
      length = in.u8();
    }
    while (length != 0) {
      in.skip(length);
      length = in.u8();
    }
  }

  private void readDescriptor() {
    left = in.u16le();
    top = in.u16le();
    width = in.u16le();
    height = in.u16le();
    int flags = in.u8();
    interlaced = (flags & 0x40) != 0;
    readPalette(flags);
  }

  private void readPalette(int flags) {
    if ((flags & 0x80) != 0) {
      palette = Arrays.copyOf(in.bytes(3 << ((flags & 7) + 1)), 3 * COLOURS);
    }
  }

  private static byte[] greyPalette() {
    byte[] grey = new byte[3 * COLOURS];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) (i / 3);
    }
    return grey;
  }

  /**
   * {@return the position in the file of each row, from top to bottom} An interlaced GIF stores its
   * rows in four passes.
   */
  private int[] interlacedRows() {
    int[] rows = new int[height];
    int[] starts = {0, 4, 2, 1};
    int[] steps = {8, 8, 4, 2};
    int row = 0;
    for (int pass = 0; pass < starts.length; pass++) {
      for (int y = starts[pass]; y < height; y += steps[pass]) {
        rows[y] = row++;
      }
    }
    return rows;
  }

  /** The decompressed frame on its canvas. */
  private final class Picture implements PixelRows {

    private final byte[] indices;
    private final int[] rows;

    /**
     * @param rows the position in the file of each row, from top to bottom; null if the file stores
     *     the rows in this order
     */
    Picture(byte[] indices, int[] rows) {
      this.indices = indices;
      this.rows = rows;
    }

    @Override
    public int width() {
      return (int) header().width();
    }

    @Override
    public int height() {
      return (int) header().height();
    }

    @Override
    public void copyRow(int y, int x, int columns, byte[] rgb) {
      boolean inRow = y >= top && y < top + height;
      int start = inRow ? (rows == null ? y - top : rows[y - top]) * width : 0;
      for (int i = 0; i < columns; i++) {
        int column = x + i - left;
        int index =
            inRow && column >= 0 && column < width ? indices[start + column] & 0xFF : background;
        System.arraycopy(palette, 3 * index, rgb, 3 * i, 3);
      }
    }

    @Override
    public void close() {
      // There is nothing to free, because the picture is on the heap.
    }
  }
}
