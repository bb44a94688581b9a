package dev.millrace.service.command.options;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads the {@code KEY=VALUE} of {@code -X}; a value may be a secret and is never shown. */
public final class KeyValue {

  private KeyValue() {}

  /**
   * Reads keys and values. Of equal keys, the last one counts.
   *
   * @param texts texts of the form {@code KEY=VALUE}; a text without {@code =} is refused
   * @param command the command that they are given to
   * @return the values by their keys
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
