package dev.millrace.core.training;

import java.util.Objects;

/**
 * How the weights are trained. The defaults are the values of He et al. for CIFAR-10 (2015, section
 * 4.2), with a tenth of the paper's epochs.
 *
 * @param epochs passes over the training images, at least 1
 * @param patience number of consecutive epochs without an improvement after which the training
 *     stops; 0 to train all epochs. An epoch is an improvement if its accuracy on the held-out
 *     images is higher than in all epochs before it
 * @param sampling how the images of each step are selected
 * @param learningRate the learning rate over the steps
 * @param optimizer the rule that changes the weights
 * @param labelSmoothing the share of the target probability that is spread equally over all
 *     classes, at least 0 and below 1: Szegedy et al. (2016)
 * @param zeroInit whether the scale of each residual block's last batch norm starts at 0, so that
 *     each block starts as the identity: Goyal et al., "Accurate, Large Minibatch SGD" (2017). Has
 *     no effect on pretrained weights
 */
public record Optimization(
    int epochs,
    int patience,
    Sampling sampling,
    LearningRate learningRate,
    Optimizer optimizer,
    double labelSmoothing,
    boolean zeroInit) {

  /** The defaults: 16 epochs, no label smoothing and the defaults of the other records. */
  public static final Optimization DEFAULTS =
      new Optimization(
          16, 0, Sampling.DEFAULTS, LearningRate.DEFAULTS, Optimizer.DEFAULTS, 0, false);

  /**
   * Validates the values.
   *
   * @param epochs passes over the training images, at least 1
   * @param patience number of epochs without an improvement after which the training stops, or 0
   * @param sampling how the images of each step are selected
   * @param learningRate the learning rate over the steps
   * @param optimizer the rule that changes the weights
   * @param labelSmoothing the share of the target probability that is spread over all classes
   * @param zeroInit whether the scale of each residual block's last batch norm starts at 0
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public Optimization {
    Range.requirePositive("epochs", epochs);
    Range.requireNotNegative("patience", patience);
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(learningRate, "learningRate");
    Objects.requireNonNull(optimizer, "optimizer");
    Range.requireShare("label-smoothing", labelSmoothing);
    if (learningRate.warmUp().epochs() > epochs) {
      throw new IllegalArgumentException(
          "warm-up: " + learningRate.warmUp().epochs() + " is more than the " + epochs + " epochs");
    }
  }

  /**
   * {@return the defaults with other numbers of epochs and images per step, and another learning
   * rate}
   *
   * @param epochs passes over the training images, at least 1
   * @param batchSize number of images per step, at least 2
   * @param peak the peak learning rate, above 0
   * @param schedule the change of the learning rate over the steps
   */
  public static Optimization of(int epochs, int batchSize, double peak, Schedule schedule) {
    return new Optimization(
        epochs,
        0,
        new Sampling(batchSize, false),
        new LearningRate(peak, schedule, WarmUp.NONE, 1),
        Optimizer.DEFAULTS,
        0,
        false);
  }

  /**
   * {@return a copy of these settings with another optimiser}
   *
   * @param other the rule that changes the weights
   */
  public Optimization with(Optimizer other) {
    return new Optimization(
        epochs, patience, sampling, learningRate, other, labelSmoothing, zeroInit);
  }

  /**
   * {@return a copy of these settings with early stopping}
   *
   * @param newPatience number of epochs without an improvement after which the training stops, or 0
   */
  public Optimization withPatience(int newPatience) {
    return new Optimization(
        epochs, newPatience, sampling, learningRate, optimizer, labelSmoothing, zeroInit);
  }

  /** {@return the number of images per step} */
  public int batchSize() {
    return sampling.batchSize();
  }

  /**
   * {@return the learning rate of a step}
   *
   * @param step the step's number, from 0
   * @param steps the number of steps of the training
   */
  public double rateAt(long step, long steps) {
    return learningRate.at(step, steps, epochs);
  }
}
