package dev.millrace.service.command.options;

import dev.millrace.service.command.help.Suggestions;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.telemetry.OtelSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * The file that {@code --config} names. The file sets options that the command line does not set,
 * and configuration keys of Kafka.
 *
 * <p>Several commands can share one file. The key of an option is its long name without the leading
 * dashes. A key with the prefix {@code COMMAND.} ({@code send.topic}, {@code models.import.size})
 * applies only to that command. For that command, the key with the prefix overrides the key without
 * the prefix.
 *
 * @param values the file's keys and values; empty if {@code --config} is not set
 */
public record ConfigFile(Map<String, String> values) implements IDefaultValueProvider {

  /** The option that names the file. */
  public static final String OPTION = "--config";

  private static final Pattern KEY = Pattern.compile("[\\w.-]+");
  private static final String BOOTSTRAP_OPTION = "bootstrap-servers";
  private static final String BOOTSTRAP_KEY = "bootstrap.servers";

  /** The option {@code --config}, which is parsed before all other arguments. */
  private static final class Argument {
    @Option(names = OPTION)
    private Path file;

    @SuppressWarnings("UnusedVariable") // lets picocli ignore all other arguments
    @Unmatched
    private List<String> rest;
  }

  /**
   * Copies the values.
   *
   * @param values the file's keys and values; empty if {@code --config} is not set
   */
  public ConfigFile {
    values = Map.copyOf(values);
  }

  /**
   * Reads the file that {@code --config} names.
   *
   * @param args the command line
   * @return the file's keys and values; empty without {@code --config}
   * @throws CommandException if the file cannot be read
   */
  public static ConfigFile of(String[] args) {
    Argument argument = new Argument();
    new CommandLine(argument).parseArgs(args);
    if (argument.file == null) {
      return new ConfigFile(Map.of());
    }
    return new ConfigFile(read(argument.file));
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          "there is no file " + file + "; give --config a properties file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandException("cannot read the properties file " + file + ": " + e, e);
    }
    Map<String, String> values = new TreeMap<>();
    properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
    return values;
  }

  /**
   * Checks that every key of the file is known. The check loads Kafka's classes, which create the
   * first loggers. Set the log level before this check, because a later change has no effect.
   *
   * @param root the command whose subcommands define the options
   * @throws CommandException if a key is neither an option nor a key of Kafka or OpenTelemetry
   */
  public void requireKnownKeys(CommandLine root) {
    Set<String> options = optionKeys(root.getCommandSpec()).collect(Collectors.toSet());
    new TreeMap<>(values)
        .forEach(
            (key, value) -> {
              if (!options.contains(key)
                  && !KafkaKeys.isKnown(key, values)
                  && !BrokerKeys.isKnown(key)
                  && !key.startsWith(OtelSettings.PREFIX)) {
                throw new CommandException(unknown(key, value, options));
              }
            });
  }

  /**
   * Returns the error message for an unknown key. An unexpected line break can split a secret, so
   * that its second half looks like a key. The message does not show a key that may be the second
   * half of a line.
   */
  private static String unknown(String key, String value, Set<String> options) {
    return KEY.matcher(key).matches() && !value.isEmpty()
        ? "the --config file's key '"
            + key
            + "' is neither an option of a command nor one of Kafka's"
            + suggestion(key, options)
        : "the --config file has a line that is not KEY=VALUE; if it continues the previous line,"
            + " end the previous line with a backslash";
  }

  private static String suggestion(String key, Set<String> options) {
    Set<String> known = new TreeSet<>(options);
    known.addAll(KafkaKeys.names());
    String suggestion = Suggestions.text(key, known);
    return suggestion.isEmpty() ? "; correct or remove it" : suggestion;
  }

  /** The keys of all options of a command and its subcommands. */
  private static Stream<String> optionKeys(CommandSpec command) {
    Stream<String> own =
        command.options().stream()
            .filter(option -> !option.inherited())
            .flatMap(option -> key(option).stream())
            .flatMap(key -> Stream.of(key, qualified(command, key)));
    return Stream.concat(
        own,
        command.subcommands().values().stream().flatMap(line -> optionKeys(line.getCommandSpec())));
  }

  private static Optional<String> key(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || !option.longestName().startsWith("--")
        || option.longestName().equals(OPTION)
        || option.usageHelp()
        || option.versionHelp()) {
      return Optional.empty();
    }
    return Optional.of(option.longestName().substring(2));
  }

  /**
   * Returns the key that applies to one command: the names of the command without the program's
   * name, then the option's name, separated by dots.
   */
  private static String qualified(CommandSpec command, String key) {
    String names = command.qualifiedName(".");
    return names.substring(names.indexOf('.') + 1) + "." + key;
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    return key(argument)
        .map(key -> value(argument.command(), key))
        .orElseGet(() -> DefaultText.of(argument));
  }

  /**
   * {@return whether the file sets an option}
   *
   * @param argument an option of a command
   */
  public boolean sets(ArgSpec argument) {
    return key(argument).map(key -> value(argument.command(), key)).isPresent();
  }

  private String value(CommandSpec command, String key) {
    String value = values.getOrDefault(qualified(command, key), values.get(key));
    return value == null && key.equals(BOOTSTRAP_OPTION) ? values.get(BOOTSTRAP_KEY) : value;
  }

  /** Shows only the keys, because values may be secrets. */
  @Override
  public String toString() {
    return "ConfigFile" + new TreeMap<>(values).keySet();
  }
}
