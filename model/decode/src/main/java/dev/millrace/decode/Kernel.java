package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing.Interpolation;

/**
 * A filter of Pillow's {@code Resample.c}: the weight of a source pixel by its distance from the
 * centre of the output pixel.
 */
enum Kernel {
  /** The triangle filter. */
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      return x < 1 ? 1 - x : 0;
    }
  },

  /** Keys' cubic convolution with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return ((SLOPE + 2) * x - (SLOPE + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * SLOPE : 0;
    }
  },

  /** The function sinc(x), multiplied by the middle lobe of sinc(x / 3). */
  LANCZOS(3) {
    @Override
    double weight(double distance) {
      return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
    }
  };

  /** The parameter a of the cubic convolution. */
  private static final double SLOPE = -0.5;

  private final int support;

  Kernel(int support) {
    this.support = support;
  }

  /**
   * {@return the filter of this name}
   *
   * @throws IllegalArgumentException for {@link Interpolation#NEAREST}, which is not a filter
   */
  static Kernel of(Interpolation interpolation) {
    return valueOf(interpolation.name());
  }

  /** {@return the distance from the centre at which the weights become 0} */
  int support() {
    return support;
  }

  /**
   * {@return the weight, not normalised}
   *
   * @param distance the signed distance from the centre, in source pixels; in output pixels if the
   *     picture is reduced
   */
  abstract double weight(double distance);

  private static double sinc(double x) {
    double angle = Math.PI * x;
    return x == 0 ? 1 : Math.sin(angle) / angle;
  }
}
