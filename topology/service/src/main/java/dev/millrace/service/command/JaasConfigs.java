package dev.millrace.service.command;

import java.util.Map;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Reads JAAS configurations before Kafka does, which quotes what it cannot read of one, perhaps a
 * password, in its errors and its log.
 */
final class JaasConfigs {

  private JaasConfigs() {}

  /**
   * Refuses a JAAS configuration that cannot be read, without a word of it.
   *
   * @param values Kafka's keys, of clients or of a broker, with or without prefixes, and their
   *     values
   * @param command whose usage is wrong then
   */
  static void requireReadable(Map<String, String> values, CommandSpec command) {
    values.forEach(
        (key, value) -> {
          if (key.endsWith(SaslConfigs.SASL_JAAS_CONFIG) && !isReadable(value)) {
            throw new ParameterException(
                command.commandLine(),
                key
                    + " cannot be read; it takes MODULE required NAME=\"VALUE\" ...; with a"
                    + " semicolon at its end");
          }
        });
  }

  private static boolean isReadable(String value) {
    try {
      // A broker's are read alike.
      JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(value)));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
