package dev.millrace.core.training;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The rule for promotion. The checkpoint and the champion (the promoted version) classify images
 * that no training step has seen. The checkpoint is promoted if its accuracy is higher by at least
 * {@code margin}, and if the gain is statistically significant. Two cases have other conditions. If
 * no version was promoted yet, the checkpoint must reach {@code minAccuracy}. Without {@code
 * minAccuracy}, it must be significantly better than a classifier that always answers with the most
 * frequent class. If the checkpoint has additional classes after the champion's classes, it must
 * not be worse on all images together. It must also exclude a loss of {@code maxGrowthLoss} on the
 * champion's classes.
 *
 * @param margin the smallest gain in accuracy, in percentage points from 0 to 100, for example 0.2
 * @param minAccuracy the accuracy, in percent from 0 to 100, that the lower end of the first
 *     version's confidence interval must reach, at the significance level of the round. If empty,
 *     the first version is compared with the most frequent class
 * @param maxGrowthLoss the loss of accuracy on the champion's classes, in percentage points from 0
 *     to 100, that a checkpoint with additional classes must exclude
 * @param golden a frozen set of images on which a promotion must not lose more than a given
 *     accuracy; may be empty
 * @param newest number of the newest held-out images on which the champion is measured before each
 *     round of a loop, at least 1
 * @param restart when a round starts from the champion's weights
 * @param broker access to the broker that holds the control topic
 */
public record Gate(
    double margin,
    Optional<Double> minAccuracy,
    double maxGrowthLoss,
    Optional<Golden> golden,
    int newest,
    Restart restart,
    BrokerAccess broker) {

  /** The default of {@link #maxGrowthLoss}. */
  public static final double MAX_GROWTH_LOSS = 3;

  /** The default of {@link #newest}. */
  public static final int NEWEST = 500;

  /**
   * A frozen set of images.
   *
   * @param folder the folder, with one subfolder per class
   * @param maxLoss the loss of accuracy, in percentage points from 0 to 100, that a checkpoint must
   *     exclude with 95 % confidence
   */
  public record Golden(Path folder, double maxLoss) {

    /** The default of {@link #maxLoss}. */
    public static final double MAX_LOSS = 1;

    /**
     * Validates the loss.
     *
     * @param folder the folder, with one subfolder per class
     * @param maxLoss the loss of accuracy that a checkpoint must exclude
     * @throws IllegalArgumentException if {@code maxLoss} is out of range
     */
    public Golden {
      Objects.requireNonNull(folder, "folder");
      if (!(maxLoss > 0 && maxLoss < 100)) {
        throw new IllegalArgumentException(
            "max-loss: " + maxLoss + " is not between 0 and 100 points");
      }
    }
  }

  /**
   * Decides when a round of a loop starts from the champion's weights instead of the weights of the
   * previous round. After a promotion or a rollback by another writer, the next round always starts
   * from the champion.
   *
   * @param afterRefused number of consecutive refused rounds after which the next round starts from
   *     the champion, at least 1
   * @param always whether every round starts from the champion
   */
  public record Restart(int afterRefused, boolean always) {

    /** The default number of refused rounds. */
    public static final int AFTER_REFUSED = 5;

    /**
     * Validates the number.
     *
     * @param afterRefused number of refused rounds in a row
     * @param always whether every round starts from the champion
     * @throws IllegalArgumentException if the number is below 1
     */
    public Restart {
      if (afterRefused < 1) {
        throw new IllegalArgumentException(
            "restart-after: " + afterRefused + " must be at least 1 round");
      }
    }
  }

  /**
   * The significance level of the one-sided tests of 20 consecutive rounds together. If no
   * candidate of these rounds is better than the champion, the probability that any of them is
   * promoted is at most this level.
   */
  public static final double SIGNIFICANCE = 0.05;

  /**
   * Validates the values.
   *
   * @param margin the smallest gain in accuracy
   * @param minAccuracy the accuracy that the first version needs
   * @param maxGrowthLoss the loss of accuracy that a checkpoint with additional classes must
   *     exclude
   * @param golden a frozen set of images; may be empty
   * @param newest number of the newest held-out images on which the champion is measured
   * @param restart when a round starts from the champion's weights
   * @param broker access to the broker that holds the control topic
   * @throws IllegalArgumentException if the margin, the accuracy, the loss or the number of images
   *     is out of range; the message names the option
   */
  public Gate {
    if (!(margin >= 0 && margin <= 100)) {
      throw new IllegalArgumentException(
          "promote-if-better: " + margin + " is not between 0 and 100 points");
    }
    minAccuracy.ifPresent(
        percent -> {
          if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException(
                "min-accuracy: " + percent + " is not between 0 and 100 percent");
          }
        });
    if (!(maxGrowthLoss > 0 && maxGrowthLoss < 100)) {
      throw new IllegalArgumentException(
          "max-growth-loss: " + maxGrowthLoss + " is not between 0 and 100 points");
    }
    Objects.requireNonNull(golden, "golden");
    if (newest < 1) {
      throw new IllegalArgumentException("watch-newest: " + newest + " must be at least 1 image");
    }
    Objects.requireNonNull(restart, "restart");
    Objects.requireNonNull(broker, "broker");
  }
}
