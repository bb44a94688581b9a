package dev.millrace.core.training;

import java.util.Objects;
import java.util.Optional;

/**
 * The rule for promotion. The checkpoint and the champion (the version that serves) classify images
 * that no training step has seen. The checkpoint is promoted if its accuracy is higher by at least
 * {@code margin}, and if the gain is statistically significant. If no version serves yet, the
 * checkpoint has to be significantly better than a classifier that knows only the most frequent
 * class, or to reach {@code minAccuracy}.
 *
 * @param margin the smallest gain in accuracy, in percentage points from 0 to 100, for example 0.2
 * @param minAccuracy the accuracy that the first version needs, in percent from 0 to 100: the lower
 *     end of the accuracy's 95 % interval must reach it. If empty, the first version is compared
 *     with the most frequent class
 * @param broker access to the broker that holds the control topic
 */
public record Gate(double margin, Optional<Double> minAccuracy, BrokerAccess broker) {

  /**
   * The significance level of the one-sided tests of 20 rounds in a row. If no candidate of these
   * rounds is better than the champion, the probability that one of them is promoted is at most
   * this level.
   */
  public static final double SIGNIFICANCE = 0.05;

  /**
   * Validates the values.
   *
   * @param margin the smallest gain in accuracy
   * @param minAccuracy the accuracy that the first version needs
   * @param broker access to the broker that holds the control topic
   * @throws IllegalArgumentException if the margin or the accuracy is out of range
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
    Objects.requireNonNull(broker, "broker");
  }
}
