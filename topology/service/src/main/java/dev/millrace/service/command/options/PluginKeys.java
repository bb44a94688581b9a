package dev.millrace.service.command.options;

import java.util.Arrays;
import java.util.Map;

/**
 * Keys that Kafka's clients pass on to others and so do not declare: those of config providers
 * (KIP-297), and those of configured plug-ins such as interceptors, reporters or login handlers.
 */
final class PluginKeys {

  private static final String PROVIDERS = "config.providers";
  private static final String KAFKAS = "org.apache.kafka.";

  private PluginKeys() {}

  /**
   * True for a key of a config provider; and, once a class that is not Kafka's own is configured,
   * for any key with a dot, because only that class knows its keys.
   *
   * @param all the keys and values that are given with it
   */
  static boolean isKnown(String key, Map<String, String> all) {
    return isProviders(key) || (key.indexOf('.') > 0 && configurePlugin(all));
  }

  private static boolean isProviders(String key) {
    return key.equals(PROVIDERS) || key.startsWith(PROVIDERS + ".");
  }

  private static boolean configurePlugin(Map<String, String> all) {
    return all.entrySet().stream()
        .filter(entry -> takesClasses(entry.getKey()))
        .flatMap(entry -> Arrays.stream(entry.getValue().split(",")))
        .map(String::strip)
        .anyMatch(name -> name.indexOf('.') > 0 && !name.startsWith(KAFKAS));
  }

  private static boolean takesClasses(String key) {
    return KafkaKeys.isKnown(key)
        && (key.endsWith(".class") || key.endsWith(".classes") || key.endsWith(".reporters"));
  }
}
