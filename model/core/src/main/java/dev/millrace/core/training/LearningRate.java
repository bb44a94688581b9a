package dev.millrace.core.training;

import java.util.Objects;

/**
 * The learning rate over the steps of a training: the peak, multiplied by the factor of the
 * schedule and by the factor of the warm-up.
 *
 * @param peak the peak learning rate, above 0
 * @param schedule the change of the learning rate over the steps
 * @param warmUp the lower learning rate at the start
 * @param backboneFactor the factor, above 0 and at most 1, by which the learning rate of all layers
 *     before the last layer is multiplied. The pretrained layers need smaller changes than a new
 *     last layer
 */
public record LearningRate(double peak, Schedule schedule, WarmUp warmUp, double backboneFactor) {

  /**
   * The usual peak for {@link Optimizer.Rule#ADAMW}, which is PyTorch's default. Each step of AdamW
   * changes a weight by about the learning rate, whatever the gradient is. A peak that is usual for
   * {@link Optimizer.Rule#SGD} is therefore much too high.
   */
  public static final double ADAMW_PEAK = 0.001;

  /** The defaults: a peak of 0.1, {@link Schedule#STEP}, no warm-up, one rate for all layers. */
  public static final LearningRate DEFAULTS = new LearningRate(0.1, Schedule.STEP, WarmUp.NONE, 1);

  /**
   * Validates the values.
   *
   * @param peak the peak learning rate, above 0
   * @param schedule the change of the learning rate over the steps
   * @param warmUp the lower learning rate at the start
   * @param backboneFactor the factor for the layers before the last layer
   * @throws IllegalArgumentException if a value is out of range, or both the schedule and {@code
   *     warmUp} start with a low rate
   */
  public LearningRate {
    Range.requireAboveZero("learning-rate", peak);
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(warmUp, "warmUp");
    if (!(backboneFactor > 0 && backboneFactor <= 1)) {
      throw new IllegalArgumentException(
          "backbone-rate: "
              + backboneFactor
              + " must be above 0 and at most 1; to keep layers as they are, use freeze");
    }
    if (schedule == Schedule.ONE_CYCLE && warmUp.epochs() > 0) {
      throw new IllegalArgumentException(
          "warm-up: "
              + warmUp.epochs()
              + " must be 0 with the schedule one_cycle, which has a warm-up of its own");
    }
  }

  /**
   * {@return the learning rate of a step}
   *
   * @param step the step's number, from 0
   * @param steps the number of steps of the training
   * @param epochs the number of epochs of the training
   */
  public double at(long step, long steps, int epochs) {
    return peak
        * schedule.factor((double) step / steps)
        * warmUp.factor(step, (double) steps / epochs);
  }
}
