package dev.millrace.decode;

/**
 * How the pixels of one axis become those of the cropped, resized axis: for each of these, a run of
 * source pixels and their weights.
 *
 * <p>The numbers are Pillow's for {@code Image.resize(…, BILINEAR)} on 8-bit images, to the bit: a
 * triangle over the source pixels, as wide as the reduction (antialiasing), in double precision,
 * normalised, then rounded to fixed point. Immutable.
 */
final class ResizedAxis {

  /** Bits behind the binary point of a weight; 255 times all weights stays within an int. */
  static final int PRECISION = 22;

  private final int source;
  private final long resized;
  private final int[] first;
  private final int[] taps;
  private final int[] weights;
  private final int maxTaps;

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
    first = new int[size];
    taps = new int[size];
    double scale = (double) source / resized;
    double support = Math.max(scale, 1);
    maxTaps = (int) Math.ceil(support) * 2 + 1;
    weights = new int[size * maxTaps];
    // torchvision rounds half an offset to the even number, as Python does
    long offset = (long) Math.rint((resized - size) / 2.0);
    double[] triangle = new double[maxTaps];
    for (int i = 0; i < size; i++) {
      double center = (offset + i + 0.5) * scale;
      int start = Math.max((int) (center - support + 0.5), 0);
      int count = Math.min((int) (center + support + 0.5), source) - start;
      double sum = 0;
      for (int tap = 0; tap < count; tap++) {
        double distance = Math.abs((tap + start - center + 0.5) * (1 / support));
        triangle[tap] = distance < 1 ? 1 - distance : 0;
        sum += triangle[tap];
      }
      for (int tap = 0; tap < count; tap++) {
        weights[i * maxTaps + tap] = (int) (0.5 + triangle[tap] / sum * (1 << PRECISION));
      }
      first[i] = start;
      taps[i] = count;
    }
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

  /** How many source pixels, from {@link #first} on, pixel {@code i} is made of. */
  int taps(int i) {
    return taps[i];
  }

  /** No pixel is made of more source pixels than this. */
  int maxTaps() {
    return maxTaps;
  }

  /** The weight of source pixel {@code first(i) + tap}, in fixed point. */
  int weight(int i, int tap) {
    return weights[i * maxTaps + tap];
  }

  /** How many source pixels there are from the first that is used to the last. */
  int span() {
    int end = first.length - 1;
    return first[end] + taps[end] - first[0];
  }
}
