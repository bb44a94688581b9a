package dev.millrace.service.command.options;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;

/** Lists Kafka's keys that the command line accepts. */
public final class KafkaKeyList {

  private KafkaKeyList() {}

  /**
   * {@return the names of the clients that know each key; {@code streams} stands for Kafka Streams}
   */
  public static Map<String, Set<String>> clients() {
    Map<String, Set<String>> clients = new TreeMap<>();
    for (String key : KafkaKeys.names()) {
      if (key.startsWith("internal.")) {
        continue;
      }
      for (KafkaKeys client : KafkaKeys.values()) {
        if (!client.select(Map.of(key, "1"), Map.of(key, "1")).isEmpty()) {
          add(clients, key, client.name().toLowerCase(Locale.ROOT));
        }
      }
      if (StreamsConfig.configDef().names().contains(key)) {
        add(clients, key, "streams");
      }
    }
    return clients;
  }

  private static void add(Map<String, Set<String>> clients, String key, String client) {
    clients.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(client);
  }
}
