package dev.millrace.service.command.options;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Parses the {@code KEY=VALUE} arguments of {@code -X}. Error messages never show a value, because
 * it may be a secret.
 */
public final class KeyValue {

  private KeyValue() {}

  /**
   * Parses keys and values. If a key is repeated, its last value counts.
   *
   * @param texts texts of the form {@code KEY=VALUE}; a text without {@code =} is refused
   * @param command the command whose arguments these are, for the error message
   * @return the keys and their values
   */
  public static Map<String, String> parse(List<String> texts, CommandSpec command) {
    Map<String, String> values = new TreeMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new ParameterException(
            command.commandLine(), "-X takes KEY=VALUE, as in -X security.protocol=SSL");
      }
      values.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return values;
  }
}
