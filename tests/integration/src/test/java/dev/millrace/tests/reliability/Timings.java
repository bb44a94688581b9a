package dev.millrace.tests.reliability;

import java.time.Duration;

/**
 * Timeouts after which the broker notices a disturbance, and the length of the disturbance {@link
 * Disturbance#BROKER_AWAY}.
 *
 * @param classicSession session timeout of a member of a classic group
 * @param streamsSession session timeout of a member of a Streams group
 * @param transaction time after which the broker aborts an open transaction
 * @param away time for which the broker does not answer, in {@link Disturbance#BROKER_AWAY}
 */
record Timings(
    Duration classicSession, Duration streamsSession, Duration transaction, Duration away) {

  /** Timings that are as short as they can be on a busy machine with two cores. */
  static final Timings SHORT =
      new Timings(
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(6),
          Duration.ofSeconds(10));

  /** Timings as in production, but with shorter session timeouts. */
  static final Timings LONG =
      new Timings(
          Duration.ofSeconds(6),
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1));
}
