package dev.millrace.core.training;

/**
 * Stochastic gradient descent with momentum, as PyTorch's {@code SGD} does it. The defaults are He
 * et al.'s for CIFAR-10 (2015, section 4.2), but for the number of epochs, which is theirs divided
 * by ten.
 *
 * @param epochs passes over the images
 * @param batchSize images a step
 * @param learningRate its peak
 * @param schedule how it changes
 * @param momentum from 0 to below 1
 * @param weightDecay what of every trained number is added to its gradient
 * @param labelSmoothing the share of the target that all classes divide among them, from 0 to below
 *     1: Szegedy et al. (2016)
 */
public record Optimization(
    int epochs,
    int batchSize,
    double learningRate,
    Schedule schedule,
    double momentum,
    double weightDecay,
    double labelSmoothing) {

  public static final Optimization DEFAULTS =
      new Optimization(16, 128, 0.1, Schedule.STEP, 0.9, 1e-4, 0);

  private static final int MOST = 1_000_000;

  public Optimization {
    requirePositive("epochs", epochs);
    requirePositive("batch-size", batchSize);
    if (!(learningRate > 0 && learningRate <= MOST)) {
      throw new IllegalArgumentException(
          "learning-rate: " + learningRate + " is not above 0 and at most " + MOST);
    }
    requireShare("momentum", momentum);
    requireShare("label-smoothing", labelSmoothing);
    if (!(weightDecay >= 0 && weightDecay <= MOST)) {
      throw new IllegalArgumentException(
          "weight-decay: " + weightDecay + " is not between 0 and " + MOST);
    }
  }

  /** The learning rate of a step, counted from 0, of so many. */
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
      throw new IllegalArgumentException(key + ": " + value + " is not from 0 to below 1");
    }
  }
}
