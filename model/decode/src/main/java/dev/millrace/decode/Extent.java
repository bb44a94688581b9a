package dev.millrace.decode;

/**
 * The relation between one axis of a decoded picture (its columns or its rows) and the same axis of
 * the picture in the file. If a reduced decode divides the length of the axis with a remainder, the
 * last decoded pixel lies only partly inside the picture.
 *
 * @param pixels number of decoded pixels
 * @param start position at which the picture begins, in decoded pixels; above 0 if the picture was
 *     turned so that the partial pixel comes first
 * @param length length of the picture, in decoded pixels; at most {@code pixels}
 * @param full length of the picture before the reduction, in pixels
 */
record Extent(int pixels, double start, double length, long full) {

  /** {@return the extent of an axis that was decoded at its full size} */
  static Extent whole(int pixels) {
    return new Extent(pixels, 0, pixels, pixels);
  }

  /**
   * {@return the extent of an axis that was decoded at a reduced size}
   *
   * @param full length before the reduction, in pixels
   * @param reduction the factor by which the length was divided; the quotient is rounded up to
   *     whole pixels
   * @param flipped whether the order of the pixels was reversed when the picture was turned
   */
  static Extent reduced(long full, int reduction, boolean flipped) {
    int pixels = (int) ((full + reduction - 1) / reduction);
    double length = (double) full / reduction;
    return new Extent(pixels, flipped ? pixels - length : 0, length, full);
  }
}
