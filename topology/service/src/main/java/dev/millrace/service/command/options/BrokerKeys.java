package dev.millrace.service.command.options;

import dev.millrace.service.broker.BrokerConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * The properties of Kafka's broker in the {@code --config} file. The prefix {@value #PREFIX}
 * separates these properties from the keys of Kafka's clients in the file.
 */
public final class BrokerKeys {

  private static final String PREFIX = "broker.";

  private BrokerKeys() {}

  /** Returns whether a key of the file is a property of Kafka's broker. */
  static boolean isKnown(String key) {
    return key.startsWith(PREFIX) && BrokerConfig.isProperty(key.substring(PREFIX.length()));
  }

  /**
   * Selects the broker's properties and removes the prefix.
   *
   * @param values the keys and values of the file
   * @return the broker's properties under Kafka's own names, with their values
   */
  public static Map<String, String> select(Map<String, String> values) {
    Map<String, String> selected = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (isKnown(key)) {
            selected.put(key.substring(PREFIX.length()), value);
          }
        });
    return selected;
  }
}
