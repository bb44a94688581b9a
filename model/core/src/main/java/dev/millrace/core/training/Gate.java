package dev.millrace.core.training;

import java.util.Objects;

/**
 * The rule for promotion. The checkpoint and the champion (the version that serves) classify images
 * that no training step has seen. The checkpoint is promoted if its accuracy is higher by at least
 * {@code margin}, and if the gain is statistically significant.
 *
 * @param margin the smallest gain in accuracy, in percentage points from 0 to 100, for example 0.2
 * @param broker access to the broker that holds the control topic
 */
public record Gate(double margin, BrokerAccess broker) {

  /**
   * The significance level of the one-sided test. The probability that a candidate which is no
   * better than the champion passes the test is at most this level.
   */
  public static final double SIGNIFICANCE = 0.05;

  /**
   * Validates the values.
   *
   * @param margin the smallest gain in accuracy
   * @param broker access to the broker that holds the control topic
   * @throws IllegalArgumentException if the margin is out of range
   */
  public Gate {
    if (!(margin >= 0 && margin <= 100)) {
      throw new IllegalArgumentException(
          "promote-if-better: " + margin + " is not between 0 and 100 points");
    }
    Objects.requireNonNull(broker, "broker");
  }
}
