package dev.millrace.service.command.options;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Kafka's configuration keys for each kind of client. As in Kafka Streams, a key with a prefix
 * ({@code producer.linger.ms}) applies only to that kind of client.
 */
enum KafkaKeys {
  ADMIN("admin.", AdminClientConfig::configNames),
  PRODUCER("producer.", ProducerConfig::configNames),
  CONSUMER("consumer.", ConsumerConfig::configNames);

  /** The prefixes of Kafka Streams' three consumers. */
  private static final List<String> STREAMS_CONSUMERS =
      List.of(
          StreamsConfig.MAIN_CONSUMER_PREFIX,
          StreamsConfig.RESTORE_CONSUMER_PREFIX,
          StreamsConfig.GLOBAL_CONSUMER_PREFIX);

  private final String prefix;

  @SuppressWarnings("ImmutableEnumChecker") // each supplier reads a constant of Kafka
  private final Supplier<Set<String>> names;

  KafkaKeys(String prefix, Supplier<Set<String>> names) {
    this.prefix = prefix;
    this.names = names;
  }

  /** {@return the keys of all clients and of Kafka Streams, without prefixes} */
  static Set<String> names() {
    Set<String> all = new TreeSet<>(StreamsConfig.configDef().names());
    for (KafkaKeys client : values()) {
      all.addAll(client.names.get());
    }
    return all;
  }

  /** Returns whether any client knows the key. */
  static boolean isKnown(String key) {
    for (KafkaKeys client : values()) {
      if (client.has(key) || client.hasPrefixed(client.prefix, key)) {
        return true;
      }
    }
    return STREAMS_CONSUMERS.stream().anyMatch(prefix -> CONSUMER.hasPrefixed(prefix, key))
        || StreamsConfig.configDef().names().contains(key);
  }

  /** Returns whether any client knows the key, or passes the key on to a plug-in. */
  static boolean isKnown(String key, Map<String, String> all) {
    return isKnown(key) || PluginKeys.isKnown(key, all);
  }

  /**
   * Selects the keys that this client knows or passes on to a plug-in. A key with this client's
   * prefix overrides the key without the prefix.
   *
   * @param values the keys and values to select from
   * @param all the keys and values of the file and the command line together
   * @return the selected keys without the prefix, with their values
   */
  Map<String, String> select(Map<String, String> values, Map<String, String> all) {
    Map<String, String> selected = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (has(key) || (!isKnown(key) && PluginKeys.isKnown(key, all))) {
            selected.put(key, value);
          }
        });
    values.forEach(
        (key, value) -> {
          if (hasPrefixed(prefix, key)) {
            selected.put(key.substring(prefix.length()), value);
          }
        });
    return selected;
  }

  private boolean has(String key) {
    return names.get().contains(key);
  }

  private boolean hasPrefixed(String prefix, String key) {
    return key.startsWith(prefix) && has(key.substring(prefix.length()));
  }
}
