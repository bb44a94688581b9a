package dev.millrace.service.broker;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/**
 * The value of a {@code sasl.jaas.config}: {@code MODULE required NAME="VALUE" ...;}. Millrace
 * parses the value before Kafka does, because Kafka's error message would quote the text that it
 * cannot parse. This text may be a password.
 */
public final class JaasLine {

  private JaasLine() {}

  /**
   * {@return whether a key is {@code sasl.jaas.config}, with or without the prefix of a client,
   * listener or mechanism}
   *
   * @param key the key
   */
  public static boolean isKey(String key) {
    return key.equals(SaslConfigs.SASL_JAAS_CONFIG)
        || key.endsWith("." + SaslConfigs.SASL_JAAS_CONFIG);
  }

  /**
   * Parses the value of a {@code sasl.jaas.config}.
   *
   * @param key the key, for the error message
   * @param line the line
   * @return the options of the login module, which include secrets
   * @throws IllegalArgumentException if the line cannot be parsed; the message does not quote the
   *     line
   */
  public static Map<String, String> options(String key, String line) {
    JaasContext context;
    try {
      context =
          JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(line)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key
              + " cannot be read; write MODULE required NAME=\"VALUE\" ...; with a semicolon at"
              + " the end");
    }
    Map<String, String> options = new HashMap<>();
    context
        .configurationEntries()
        .get(0)
        .getOptions()
        .forEach((name, value) -> options.put(name, (String) value));
    return options;
  }
}
