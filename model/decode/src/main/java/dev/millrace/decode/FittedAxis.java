package dev.millrace.decode;

/**
 * One axis of a {@link Fitting}. The axis is resized, a run of adjacent pixels is kept, and black
 * pixels surround the run.
 *
 * @param resized length of the whole axis after the resize, in pixels; may exceed the largest
 *     length of a Java array
 * @param offset the first pixel that is kept
 * @param size number of pixels that are kept
 * @param before number of black pixels before the kept pixels
 */
record FittedAxis(long resized, long offset, int size, int before) {

  /** {@return an axis of which only the middle is kept} */
  static FittedAxis cropped(long resized, int target) {
    // torchvision rounds an offset halfway between two integers to the even one, as Python does.
    return new FittedAxis(resized, (long) Math.rint((resized - target) / 2.0), target, 0);
  }

  /**
   * {@return an axis whose pixels are all kept; if the axis is too short, black pixels surround it}
   */
  static FittedAxis padded(int resized, int target) {
    return new FittedAxis(resized, 0, resized, (int) Math.rint((target - resized) / 2.0));
  }
}
