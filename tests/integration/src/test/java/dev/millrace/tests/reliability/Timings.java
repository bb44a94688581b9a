package dev.millrace.tests.reliability;

import java.time.Duration;

/**
 * Times after which the cluster notices a disturbance.
 *
 * @param classicSession session timeout of a member of a classic group
 * @param streamsSession session timeout of a member of a Streams group
 * @param transaction time after which an open transaction is aborted
 * @param away time for which a broker is out of reach
 */
record Timings(
    Duration classicSession, Duration streamsSession, Duration transaction, Duration away) {

  /** As short as a busy machine with two cores allows. */
  static final Timings SHORT =
      new Timings(
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(6),
          Duration.ofSeconds(10));

  /** As in production, except that sessions are shorter than 45 s. */
  static final Timings LONG =
      new Timings(
          Duration.ofSeconds(6),
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1));
}
