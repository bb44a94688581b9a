package dev.millrace.decode;

import java.util.Arrays;

/**
 * How the pixels of one axis become those of the cropped, resized axis: for each of these, a run of
 * source pixels and their weights. The runs are equally long; where fewer pixels count, the others
 * have no weight.
 *
 * <p>The numbers are Pillow's for {@code Image.resize(…, BILINEAR)} on 8-bit images, to the bit: a
 * triangle over the source pixels, as wide as the reduction (antialiasing), in double precision,
 * normalised, then rounded to fixed point. Immutable.
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
   * @param resized length it is resized to, at least {@code size}; may be far larger than an array
   * @param size how many pixels the crop keeps
   */
  ResizedAxis(int source, long resized, int size) {
    this.source = source;
    this.resized = resized;
    double scale = (double) source / resized;
    double support = Math.max(scale, 1);
    // torchvision rounds half an offset to the even number, as Python does
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

  /** True if this is the axis of that source and that resized length, cropped to that size. */
  boolean is(int source, long resized, int size) {
    return this.source == source && this.resized == resized && first.length == size;
  }

  /** Pixels of the cropped axis. */
  int size() {
    return first.length;
  }

  /** The first source pixel that pixel {@code i} is made of; never less than that of a lower i. */
  int first(int i) {
    return first[i];
  }

  /** How many source pixels, from {@link #first} on, each pixel is made of. */
  int taps() {
    return taps;
  }

  /** The weight of source pixel {@code first(i) + tap}, in {@link FixedPoint}. */
  int weight(int i, int tap) {
    return weights[i * taps + tap];
  }

  /** How many source pixels there are from the first that is used to the last. */
  int span() {
    return first[first.length - 1] + taps - first[0];
  }
}
