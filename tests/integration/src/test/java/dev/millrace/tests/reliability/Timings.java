package dev.millrace.tests.reliability;

import java.time.Duration;

/**
 * How long the cluster takes to notice what happened.
 *
 * @param classicSession after which a classic group's member counts as gone
 * @param streamsSession after which a Streams group's member does
 * @param transaction after which an open transaction is aborted
 * @param away how long a broker is out of reach
 */
record Timings(
    Duration classicSession, Duration streamsSession, Duration transaction, Duration away) {

  /** As short as a busy machine of two cores bears. */
  static final Timings SHORT =
      new Timings(
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(6),
          Duration.ofSeconds(10));

  /** As in production, but for sessions of 45 s. */
  static final Timings LONG =
      new Timings(
          Duration.ofSeconds(6),
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1));
}
