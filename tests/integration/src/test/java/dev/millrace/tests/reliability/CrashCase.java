package dev.millrace.tests.reliability;

import java.util.Optional;

/**
 * One case of the crash suite: a disturbance of the stream, and the configuration of the service.
 *
 * @param guarantee Kafka Streams' {@code processing.guarantee}
 * @param protocol Kafka Streams' {@code group.protocol}
 * @param kafka version of Kafka Streams for a topology with the plugin; empty for the service,
 *     which has the version of the build
 */
record CrashCase(
    Disturbance disturbance, String guarantee, String protocol, Optional<String> kafka) {

  CrashCase(Disturbance disturbance, String guarantee, String protocol) {
    this(disturbance, guarantee, protocol, Optional.empty());
  }

  boolean isExactlyOnce() {
    return guarantee.equals("exactly_once_v2");
  }

  @Override
  public String toString() {
    return disturbance.label()
        + ", "
        + guarantee
        + ", "
        + protocol
        + kafka.map(version -> ", Kafka Streams " + version).orElse("");
  }
}
