package dev.millrace.service.command.options;

import java.util.Arrays;
import java.util.Map;

/**
 * Keys that Kafka's clients do not declare themselves, but pass on to other classes. The keys
 * belong to config providers (KIP-297), and to plug-ins such as interceptors, reporters or login
 * handlers.
 */
final class PluginKeys {

  private static final String PROVIDERS = "config.providers";
  private static final String KAFKAS = "org.apache.kafka.";

  private PluginKeys() {}

  /**
   * Returns whether a plug-in may read the key. This method accepts every key of a config provider.
   * If the configuration names a class that is not part of Kafka, this method also accepts every
   * key that contains a dot, because only this class knows its keys.
   *
   * @param all all keys and values of the same configuration
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
