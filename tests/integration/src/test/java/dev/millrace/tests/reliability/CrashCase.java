package dev.millrace.tests.reliability;

/**
 * One case of the crash suite: a disturbance of the stream, and the configuration of the service.
 *
 * @param guarantee Kafka Streams' {@code processing.guarantee}
 * @param protocol Kafka Streams' {@code group.protocol}
 */
record CrashCase(Disturbance disturbance, String guarantee, String protocol) {

  boolean isExactlyOnce() {
    return guarantee.equals("exactly_once_v2");
  }

  @Override
  public String toString() {
    return disturbance.label() + ", " + guarantee + ", " + protocol;
  }
}
