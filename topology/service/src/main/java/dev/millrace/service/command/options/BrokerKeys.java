package dev.millrace.service.command.options;

import dev.millrace.service.broker.BrokerConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * The properties of Kafka's broker in the {@code --config} file, which clients share: each with
 * {@value #PREFIX} before its name.
 */
public final class BrokerKeys {

  private static final String PREFIX = "broker.";

  private BrokerKeys() {}

  /** True for a key of the file that is a property of Kafka's broker. */
  static boolean isKnown(String key) {
    return key.startsWith(PREFIX) && BrokerConfig.isProperty(key.substring(PREFIX.length()));
  }

  /**
   * Selects the keys of the broker.
   *
   * @param values the values of a file by their keys
   * @return the broker's values, under Kafka's own names
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
