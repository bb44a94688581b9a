package dev.millrace.control;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * The configuration of a consumer without a group. The caller assigns partitions to the consumer.
 * The consumer reads these partitions from the beginning, sees only committed records, and never
 * creates a topic.
 */
public final class GrouplessConsumer {

  /** The configuration keys that {@link #config} sets. */
  public static final Map<String, String> KEYS =
      Map.of(
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");

  private GrouplessConsumer() {}

  /**
   * {@return a consumer configuration without a group, in which {@link #KEYS} override the given
   * values}
   *
   * @param kafka keys of a Kafka client, such as {@code bootstrap.servers}
   */
  public static Map<String, Object> config(Map<String, ?> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    config.putAll(KEYS);
    return config;
  }
}
