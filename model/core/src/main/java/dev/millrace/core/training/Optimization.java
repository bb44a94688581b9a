package dev.millrace.core.training;

/**
 * Stochastic gradient descent with momentum, as PyTorch's {@code SGD} does it. The defaults are the
 * values of He et al. for CIFAR-10 (2015, section 4.2), with a tenth of the paper's epochs.
 *
 * @param epochs passes over the training images, at least 1
 * @param batchSize number of images per step, at least 1
 * @param learningRate the peak learning rate, above 0
 * @param schedule the change of the learning rate over the steps
 * @param momentum the momentum, at least 0 and below 1
 * @param weightDecay the factor by which each trained value is multiplied before it is added to its
 *     gradient, at least 0
 * @param labelSmoothing the share of the target probability that is spread equally over all
 *     classes, at least 0 and below 1: Szegedy et al. (2016)
 */
public record Optimization(
    int epochs,
    int batchSize,
    double learningRate,
    Schedule schedule,
    double momentum,
    double weightDecay,
    double labelSmoothing) {

  /**
   * The defaults: 16 epochs, batches of 128 images, a peak learning rate of 0.1 with {@link
   * Schedule#STEP}, a momentum of 0.9, a weight decay of 1e-4, and no label smoothing.
   */
  public static final Optimization DEFAULTS =
      new Optimization(16, 128, 0.1, Schedule.STEP, 0.9, 1e-4, 0);

  private static final int MOST = 1_000_000;

  /**
   * Validates the values.
   *
   * @param epochs passes over the training images, at least 1
   * @param batchSize number of images per step, at least 1
   * @param learningRate the peak learning rate, above 0
   * @param schedule the change of the learning rate over the steps
   * @param momentum the momentum, at least 0 and below 1
   * @param weightDecay the factor by which each trained value is multiplied before it is added to
   *     its gradient
   * @param labelSmoothing the share of the target probability that is spread equally over all
   *     classes
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the option and the value
   */
  public Optimization {
    requirePositive("epochs", epochs);
    requirePositive("batch-size", batchSize);
    if (!(learningRate > 0 && learningRate <= MOST)) {
      throw new IllegalArgumentException(
          "learning-rate: " + learningRate + " must be above 0 and at most " + MOST);
    }
    requireShare("momentum", momentum);
    requireShare("label-smoothing", labelSmoothing);
    if (!(weightDecay >= 0 && weightDecay <= MOST)) {
      throw new IllegalArgumentException(
          "weight-decay: " + weightDecay + " is not between 0 and " + MOST);
    }
  }

  /**
   * {@return the learning rate at a step}
   *
   * @param step the step's number, from 0
   * @param steps the number of steps of the training
   */
  public double learningRate(long step, long steps) {
    return learningRate * schedule.factor((double) step / steps);
  }

  private static void requirePositive(String key, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(key + ": " + value + " is not between 1 and " + MOST);
    }
  }

  private static void requireShare(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(key + ": " + value + " must be at least 0 and below 1");
    }
  }
}
