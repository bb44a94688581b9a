package dev.millrace.service.promotion;

import java.util.Map;

/**
 * The configurations of Kafka's clients. These configurations may contain passwords.
 *
 * @param bootstrapServers the brokers' addresses, as messages show them
 * @param admin configuration of an admin client
 * @param producer configuration of a producer
 * @param consumer configuration of a consumer
 */
public record KafkaConfigs(
    String bootstrapServers,
    Map<String, Object> admin,
    Map<String, Object> producer,
    Map<String, Object> consumer) {

  /**
   * Copies the configurations.
   *
   * @param bootstrapServers the brokers' addresses, as messages show them
   * @param admin configuration of an admin client
   * @param producer configuration of a producer
   * @param consumer configuration of a consumer
   */
  public KafkaConfigs {
    admin = Map.copyOf(admin);
    producer = Map.copyOf(producer);
    consumer = Map.copyOf(consumer);
  }

  /**
   * {@return configurations that contain only the brokers' addresses}
   *
   * @param bootstrapServers the brokers' addresses
   */
  public static KafkaConfigs of(String bootstrapServers) {
    Map<String, Object> keys = Map.of("bootstrap.servers", bootstrapServers);
    return new KafkaConfigs(bootstrapServers, keys, keys, keys);
  }

  /** {@return only the brokers' addresses, because the configurations may contain passwords} */
  @Override
  public String toString() {
    return "KafkaConfigs[" + bootstrapServers + "]";
  }
}
