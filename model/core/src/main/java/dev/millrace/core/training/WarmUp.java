package dev.millrace.core.training;

import java.util.Objects;

/**
 * A lower learning rate in the first steps. Without a warm-up, a network with random weights may
 * diverge.
 *
 * @param epochs length of the warm-up, in epochs, at least 0; fractions of an epoch are allowed
 * @param shape the learning rate during the warm-up
 */
public record WarmUp(double epochs, Shape shape) {

  /** No warm-up. */
  public static final WarmUp NONE = new WarmUp(0, Shape.LINEAR);

  /** The factor of {@link Shape#CONSTANT}. */
  private static final double LOW = 0.1;

  /** The learning rate during a warm-up. */
  public enum Shape {
    /** Rises with every step, up to the full rate: Goyal et al. (2017). */
    LINEAR,
    /** Stays at a tenth of the full rate: He et al. (2015), for ResNet-110 on CIFAR-10. */
    CONSTANT
  }

  /**
   * Validates the values.
   *
   * @param epochs length of the warm-up, in epochs
   * @param shape the learning rate during the warm-up
   * @throws IllegalArgumentException if the length is out of range
   */
  public WarmUp {
    Range.requireNotNegative("warm-up", epochs);
    Objects.requireNonNull(shape, "shape");
  }

  /**
   * {@return the factor to multiply the learning rate of a step by, above 0 and at most 1}
   *
   * @param step the step's number, from 0
   * @param stepsPerEpoch the number of steps per epoch
   */
  double factor(long step, double stepsPerEpoch) {
    double steps = epochs * stepsPerEpoch;
    if (step >= steps) {
      return 1;
    }
    return shape == Shape.CONSTANT ? LOW : Math.min(1, (step + 1) / steps);
  }
}
