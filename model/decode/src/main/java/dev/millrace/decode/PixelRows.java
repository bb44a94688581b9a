package dev.millrace.decode;

/** A decoded picture, read row by row. Not thread-safe. */
interface PixelRows extends AutoCloseable {

  int width();

  int height();

  /** {@return the extent of the columns: {@link #width} decoded pixels} */
  default Extent columns() {
    return Extent.whole(width());
  }

  /** {@return the extent of the rows: {@link #height} decoded pixels} */
  default Extent rows() {
    return Extent.whole(height());
  }

  /**
   * Copies a part of one row.
   *
   * @param y the row, from the top
   * @param x the first column
   * @param columns the number of columns
   * @param rgb receives three bytes per pixel, red first, from index 0
   */
  void copyRow(int y, int x, int columns, byte[] rgb);

  /** Frees the picture. */
  @Override
  void close();
}
