package dev.millrace.service.promotion;

import java.util.Map;

/**
 * The configurations of Kafka's clients. They may hold passwords.
 *
 * @param bootstrapServers the brokers' addresses, for messages
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
   * @param bootstrapServers the brokers' addresses, for messages
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
   * {@return the configurations of clients that need nothing but the brokers' addresses}
   *
   * @param bootstrapServers the brokers' addresses
   */
  public static KafkaConfigs of(String bootstrapServers) {
    Map<String, Object> keys = Map.of("bootstrap.servers", bootstrapServers);
    return new KafkaConfigs(bootstrapServers, keys, keys, keys);
  }

  /** {@return the brokers' addresses alone, because the configurations may hold passwords} */
  @Override
  public String toString() {
    return "KafkaConfigs[" + bootstrapServers + "]";
  }
}
