package dev.millrace.decode;

/**
 * What a {@link Fitting} does with one axis of a picture: resize it, then keep a run of its pixels
 * and surround the run with black.
 *
 * @param resized length of the whole axis after the resize, in pixels; may exceed the largest
 *     length of a Java array
 * @param offset the first pixel that is kept
 * @param size number of pixels that are kept
 * @param before number of black pixels before the kept pixels
 */
record FittedAxis(long resized, long offset, int size, int before) {

  /** {@return an axis of which the middle is kept} */
  static FittedAxis cropped(long resized, int target) {
    // torchvision rounds an offset of one half to the even number, as Python does.
    return new FittedAxis(resized, (long) Math.rint((resized - target) / 2.0), target, 0);
  }

  /** {@return an axis that is kept whole, in the middle of black pixels if it is too short} */
  static FittedAxis padded(int resized, int target) {
    return new FittedAxis(resized, 0, resized, (int) Math.rint((target - resized) / 2.0));
  }
}
