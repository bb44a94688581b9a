package dev.millrace.onnx.quantize;

import java.util.Comparator;

/**
 * The difference between a quantised model's answers and the float32 model's answers to the tuning
 * images.
 *
 * @param images number of tuning images
 * @param lost number of images that the float32 model classifies correctly, minus the number that
 *     the quantised model classifies correctly; may be negative. If the classes are unknown, the
 *     number of images with a different answer
 * @param divergence the mean Kullback-Leibler divergence of the answers, in nats
 */
record Damage(int images, int lost, double divergence) {

  private static final double ROUNDING = 1e-9;

  /** The largest divergence that is much less than another, relative to it. */
  private static final double MUCH_LESS = 0.8;

  /**
   * {@return whether the loss is at most {@code maxLoss}, in percentage points} This is the rule
   * that later judges the quantised model on other images.
   */
  boolean isWithin(double maxLoss) {
    return 100.0 * lost / images <= maxLoss + ROUNDING;
  }

  /**
   * {@return whether the divergence is less than another by at least a fifth} The numbers of lost
   * images are not compared, because they differ by chance.
   */
  boolean isMuchLessThan(Damage other) {
    return divergence <= MUCH_LESS * other.divergence;
  }

  /**
   * {@return an order that begins with the best model} A model whose loss is allowed is better than
   * a model whose loss is too large. Otherwise, the model with the least divergence is the best.
   * The numbers of lost images are not compared with each other, because they differ by chance
   * between models that are equally good: of a few hundred images, only some get another answer.
   *
   * @param maxLoss the largest allowed loss, in percentage points
   */
  static Comparator<Damage> bestFirst(double maxLoss) {
    return Comparator.comparing((Damage damage) -> !damage.isWithin(maxLoss))
        .thenComparingDouble(Damage::divergence);
  }
}
