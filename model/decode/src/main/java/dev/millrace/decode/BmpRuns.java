package dev.millrace.decode;

/**
 * The run-length encoding of a BMP with 8 or 4 bits per pixel. The encoded data consists of runs,
 * sequences of literal indices, and jumps. A run repeats one index (8 bits) or two alternating
 * indices (4 bits). A pixel that a jump skips has index 0. The time is proportional to the number
 * of bytes plus the number of pixels. An instance decodes one picture.
 */
final class BmpRuns {

  private static final int END_OF_ROW = 0;
  private static final int END_OF_PICTURE = 1;
  private static final int JUMP = 2;

  private final HeaderReader in;
  private final boolean nibbles;
  private byte[] indices = {};
  private int width;
  private int column;
  private int row;

  /**
   * @param start offset of the first run
   * @param nibbles whether an index has 4 bits and not 8
   */
  BmpRuns(byte[] file, int start, boolean nibbles) {
    in = new HeaderReader(ImageFormat.BMP, file);
    in.skip(start);
    this.nibbles = nibbles;
  }

  /**
   * Fills {@code indices}, row by row in the file's order. Refuses a file that ends before the last
   * row is complete, unless a code has ended the picture earlier.
   */
  void decode(byte[] indices, int width) {
    this.indices = indices;
    this.width = width;
    int height = indices.length / width;
    while (row < height && !(row == height - 1 && column >= width)) {
      int count = in.u8();
      int value = in.u8();
      if (count > 0) {
        run(count, value);
      } else if (value == END_OF_ROW) {
        column = 0;
        row++;
      } else if (value == END_OF_PICTURE) {
        return;
      } else if (value == JUMP) {
        column += in.u8();
        row += in.u8();
      } else {
        literal(value);
      }
    }
  }

  private void run(int count, int value) {
    for (int i = 0; i < count; i++) {
      put(nibbles ? (i % 2 == 0 ? value >> 4 : value & 0xF) : value);
    }
  }

  private void literal(int count) {
    byte[] values = in.bytes(nibbles ? (count + 1) / 2 : count);
    for (int i = 0; i < count; i++) {
      put(nibbles ? (values[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xF : values[i]);
    }
    // Literal indices are padded to an even number of bytes.
    in.skip(Math.min(values.length % 2, in.remaining()));
  }

  /** Writes one pixel, and drops a pixel beyond the row's end. */
  private void put(int index) {
    if (column < width) {
      indices[row * width + column] = (byte) index;
    }
    column++;
  }
}
