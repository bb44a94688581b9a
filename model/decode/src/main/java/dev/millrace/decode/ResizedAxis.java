package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.Arrays;

/**
 * The source pixels and weights of each pixel of one axis (columns or rows) after the resize and
 * the crop. Each pixel is the weighted sum of a run of adjacent source pixels. All runs have the
 * same length; surplus source pixels have weight 0.
 *
 * <p>The source pixels and weights are bit-identical to those of Pillow's {@code Image.resize} on
 * 8-bit images. The weights follow a {@link Kernel} over the source pixels. The kernel's width
 * grows with the factor by which the axis is reduced (antialiasing). The weights are computed in
 * double precision, normalised, and rounded to fixed point. With {@link Interpolation#NEAREST}, the
 * only weight of a pixel is 1. Immutable.
 */
final class ResizedAxis {

  /**
   * The longest axis, in pixels, for which the nearest pixels are found by repeated addition, as
   * Pillow finds them.
   */
  private static final long MAX_ADDITIONS = 1 << 20;

  private final Extent source;
  private final FittedAxis fitted;
  private final Interpolation interpolation;
  private final int taps;
  private final int[] first;
  private final int[] weights;

  /** Computes the weights of the pixels that {@code fitted} keeps. */
  ResizedAxis(Extent source, FittedAxis fitted, Interpolation interpolation) {
    this.source = source;
    this.fitted = fitted;
    this.interpolation = interpolation;
    if (interpolation == Interpolation.NEAREST) {
      taps = 1;
      first = nearest(source, fitted);
      weights = new int[first.length];
      Arrays.fill(weights, FixedPoint.of(1));
      return;
    }
    Kernel kernel = Kernel.of(interpolation);
    double scale = source.length() / fitted.resized();
    double stretch = Math.max(scale, 1);
    double support = kernel.support() * stretch;
    int size = fitted.size();
    double[] centers = new double[size];
    Arrays.setAll(centers, i -> source.start() + (fitted.offset() + i + 0.5) * scale);
    int[] starts = new int[size];
    int longest = 0;
    for (int i = 0; i < size; i++) {
      starts[i] = Math.max((int) (centers[i] - support + 0.5), 0);
      longest = Math.max(longest, end(centers[i], support) - starts[i]);
    }
    taps = longest;
    first = new int[size];
    weights = new int[size * taps];
    double[] run = new double[taps];
    for (int i = 0; i < size; i++) {
      int count = end(centers[i], support) - starts[i];
      double sum = 0;
      for (int tap = 0; tap < count; tap++) {
        run[tap] = kernel.weight((tap + starts[i] - centers[i] + 0.5) * (1 / stretch));
        sum += run[tap];
      }
      first[i] = Math.min(starts[i], source.pixels() - taps);
      int skipped = starts[i] - first[i];
      for (int tap = 0; tap < count; tap++) {
        weights[i * taps + skipped + tap] = FixedPoint.of(run[tap] / sum);
      }
    }
  }

  private int end(double center, double support) {
    return Math.min((int) (center + support + 0.5), source.pixels());
  }

  /**
   * {@return the index of the source pixel of each pixel} Pillow computes each position by adding a
   * step to the previous position. If a position is on the border between two source pixels, the
   * rounding errors of the sum decide which source pixel is used. To get the same rounding errors,
   * this method adds in the same way. If the axis is too long for these additions, the method
   * computes each position directly.
   */
  private static int[] nearest(Extent source, FittedAxis fitted) {
    double scale = source.length() / fitted.resized();
    long offset = fitted.offset();
    int[] nearest = new int[fitted.size()];
    boolean added = offset + nearest.length <= MAX_ADDITIONS;
    double position = source.start() + scale * 0.5;
    for (long i = 0; added && i < offset; i++) {
      position += scale;
    }
    for (int i = 0; i < nearest.length; i++) {
      double at = added ? position : source.start() + (offset + i + 0.5) * scale;
      nearest[i] = Math.min((int) at, source.pixels() - 1);
      position += scale;
    }
    return nearest;
  }

  /** {@return whether this axis was computed from the given arguments} */
  boolean is(Extent source, FittedAxis fitted, Interpolation interpolation) {
    return this.source.equals(source)
        && this.fitted.equals(fitted)
        && this.interpolation == interpolation;
  }

  /** {@return the number of pixels of the cropped axis} */
  int size() {
    return first.length;
  }

  /** {@return the number of black pixels before the first pixel} */
  int before() {
    return fitted.before();
  }

  /**
   * {@return the index of the first source pixel of pixel {@code i}; the index never decreases as
   * {@code i} grows}
   */
  int first(int i) {
    return first[i];
  }

  /**
   * {@return the number of source pixels that contribute to each pixel, beginning with {@link
   * #first}}
   */
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
