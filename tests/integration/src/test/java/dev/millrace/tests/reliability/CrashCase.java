package dev.millrace.tests.reliability;

/**
 * What is done to the service, and how it is configured.
 *
 * @param guarantee Kafka Streams' {@code processing.guarantee}
 * @param protocol its {@code group.protocol}
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
