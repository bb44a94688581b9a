package dev.millrace.control;

import dev.millrace.core.training.BrokerAccess;
import java.util.Map;

/**
 * Access to a Kafka broker: the configuration with which Kafka clients connect to the broker.
 *
 * @param keys keys of a Kafka client, such as {@code bootstrap.servers}
 */
public record KafkaAccess(Map<String, Object> keys) implements BrokerAccess {

  /**
   * Copies the keys.
   *
   * @param keys keys of a Kafka client, such as {@code bootstrap.servers}
   */
  public KafkaAccess {
    keys = Map.copyOf(keys);
  }

  /**
   * {@return the keys for Kafka's clients}
   *
   * @param access the access to a broker
   * @throws IllegalArgumentException if {@code access} is for another kind of broker
   */
  public static Map<String, Object> keysOf(BrokerAccess access) {
    if (access instanceof KafkaAccess kafka) {
      return kafka.keys();
    }
    throw new IllegalArgumentException("broker: " + access + " is not access to Kafka");
  }
}
