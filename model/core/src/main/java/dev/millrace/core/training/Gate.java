package dev.millrace.core.training;

import java.util.Objects;

/**
 * When a checkpoint is promoted: if it beats the champion on images that no training step has seen,
 * and not by chance.
 *
 * @param margin by how many points of accuracy it must, for example 0.2
 * @param broker the one with the control topic
 */
public record Gate(double margin, BrokerAccess broker) {

  /** How improbable the gain must be for a candidate that is no better: one-sided. */
  public static final double SIGNIFICANCE = 0.05;

  public Gate {
    if (!(margin >= 0 && margin <= 100)) {
      throw new IllegalArgumentException(
          "promote-if-better: " + margin + " is not between 0 and 100 points");
    }
    Objects.requireNonNull(broker, "broker");
  }
}
