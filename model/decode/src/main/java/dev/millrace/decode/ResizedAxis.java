package dev.millrace.decode;

import java.util.Arrays;

/**
 * The source pixels and weights of each pixel of one axis (columns or rows) after the resize and
 * the crop. Each pixel is the weighted sum of a run of adjacent source pixels. All runs have the
 * same length; surplus source pixels have weight 0.
 *
 * <p>The numbers equal Pillow's for {@code Image.resize(…, BILINEAR)} on 8-bit images, to the bit.
 * The weights follow a triangle over the source pixels. The more the axis is reduced, the wider is
 * the triangle (antialiasing). The weights are computed in double precision, normalised, and
 * rounded to fixed point. Immutable.
 */
final class ResizedAxis {

  private final int source;
  private final long resized;
  private final int taps;
  private final int[] first;
  private final int[] weights;

  /**
   * Computes the weights of {@code size} pixels in the middle of an axis.
   *
   * @param source length of the source axis, in pixels
   * @param resized length after the resize, at least {@code size}; may exceed the largest length of
   *     a Java array
   * @param size number of pixels that the crop keeps
   */
  ResizedAxis(int source, long resized, int size) {
    this.source = source;
    this.resized = resized;
    double scale = (double) source / resized;
    double support = Math.max(scale, 1);
    // torchvision rounds an offset of one half to the even number, as Python does.
    long offset = (long) Math.rint((resized - size) / 2.0);
    double[] centers = new double[size];
    Arrays.setAll(centers, i -> (offset + i + 0.5) * scale);
    int[] starts = new int[size];
    int longest = 0;
    for (int i = 0; i < size; i++) {
      starts[i] = Math.max((int) (centers[i] - support + 0.5), 0);
      longest = Math.max(longest, end(centers[i], support) - starts[i]);
    }
    taps = longest;
    first = new int[size];
    weights = new int[size * taps];
    double[] triangle = new double[taps];
    for (int i = 0; i < size; i++) {
      int count = end(centers[i], support) - starts[i];
      double sum = 0;
      for (int tap = 0; tap < count; tap++) {
        double distance = Math.abs((tap + starts[i] - centers[i] + 0.5) * (1 / support));
        triangle[tap] = distance < 1 ? 1 - distance : 0;
        sum += triangle[tap];
      }
      first[i] = Math.min(starts[i], source - taps);
      int skipped = starts[i] - first[i];
      for (int tap = 0; tap < count; tap++) {
        weights[i * taps + skipped + tap] = FixedPoint.of(triangle[tap] / sum);
      }
    }
  }

  private int end(double center, double support) {
    return Math.min((int) (center + support + 0.5), source);
  }

  /**
   * {@return whether this axis has the given source length, resized length and number of pixels}
   */
  boolean is(int source, long resized, int size) {
    return this.source == source && this.resized == resized && first.length == size;
  }

  /** {@return the number of pixels of the cropped axis} */
  int size() {
    return first.length;
  }

  /**
   * {@return the index of the first source pixel of pixel {@code i}; the index never decreases as
   * {@code i} grows}
   */
  int first(int i) {
    return first[i];
  }

  /** {@return the number of source pixels of each pixel, counted from {@link #first}} */
  int taps() {
    return taps;
  }

  /** {@return the weight of source pixel {@code first(i) + tap}, as a {@link FixedPoint} number} */
  int weight(int i, int tap) {
    return weights[i * taps + tap];
  }

  /** {@return the number of source pixels from the first to the last source pixel in use} */
  int span() {
    return first[first.length - 1] + taps - first[0];
  }
}
