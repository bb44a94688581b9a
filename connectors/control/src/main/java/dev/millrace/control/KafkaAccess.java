package dev.millrace.control;

import dev.millrace.core.training.BrokerAccess;
import java.util.Map;

/**
 * How to reach a broker, as Kafka's clients say it.
 *
 * @param keys keys of a Kafka client, such as {@code bootstrap.servers}
 */
public record KafkaAccess(Map<String, Object> keys) implements BrokerAccess {

  public KafkaAccess {
    keys = Map.copyOf(keys);
  }

  /**
   * The keys for Kafka's clients.
   *
   * @throws IllegalArgumentException if it is access to another kind of broker
   */
  public static Map<String, Object> keysOf(BrokerAccess access) {
    if (access instanceof KafkaAccess kafka) {
      return kafka.keys();
    }
    throw new IllegalArgumentException("broker: " + access + " is no access to Kafka");
  }
}
