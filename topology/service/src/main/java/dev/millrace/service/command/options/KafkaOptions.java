package dev.millrace.service.command.options;

import dev.millrace.service.broker.JaasLine;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.help.Suggestions;
import dev.millrace.service.promotion.KafkaConfigs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A mixin of options that configure Kafka's clients. The configuration file overrides a command's
 * defaults, and {@code -X} overrides the file.
 *
 * <p>This class never prints a value, because it may be a secret.
 */
@Grouped(Section.KAFKA)
public final class KafkaOptions {

  /** How long a command waits for an answer from a broker before it fails, in ms. */
  public static final int PATIENCE_MS = 8_000;

  /**
   * Time-outs that let a consumer or an admin client fail after {@value #PATIENCE_MS} ms without an
   * answer.
   */
  public static final Map<String, String> PATIENCE =
      Map.of(
          CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
          Integer.toString(PATIENCE_MS),
          CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
          "5000");

  private static final String BOOTSTRAP = CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "Brokers to connect to, separated by commas (default: ${DEFAULT-VALUE}).")
  private String bootstrapServers;

  @Option(
      names = "-X",
      paramLabel = "KEY=VALUE",
      description =
          "Property of Kafka's clients. May be repeated. Keep secrets in the --config file.")
  private List<String> overrides = new ArrayList<>();

  /** {@return the value of {@code --bootstrap-servers}} */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** {@return whether the user named brokers, on the command line or in the file} */
  public boolean isGiven() {
    OptionSpec option = command.findOption("--" + BOOTSTRAP.replace('.', '-'));
    return command.commandLine().getParseResult().hasMatchedOption(option)
        || (command.defaultValueProvider() instanceof ConfigFile file && file.sets(option));
  }

  /**
   * {@return the configuration of an admin client that fails after {@value #PATIENCE_MS} ms without
   * an answer}
   */
  public Map<String, Object> admin() {
    return client(KafkaKeys.ADMIN, PATIENCE);
  }

  /**
   * {@return the configuration of a producer}
   *
   * @param defaults keys and values that the command sets and the user may override
   */
  public Map<String, Object> producer(Map<String, String> defaults) {
    return client(KafkaKeys.PRODUCER, defaults);
  }

  /**
   * {@return the configuration of a consumer}
   *
   * @param defaults keys and values that the command sets and the user may override
   */
  public Map<String, Object> consumer(Map<String, String> defaults) {
    return client(KafkaKeys.CONSUMER, defaults);
  }

  /**
   * {@return the configuration of Kafka Streams} It includes the keys of the clients, because Kafka
   * Streams passes them on to its own clients.
   *
   * @param defaults keys and values that the command sets and the user may override
   */
  public Properties streams(Map<String, String> defaults) {
    Map<String, String> all = new HashMap<>(defaults);
    all.putAll(ofFile());
    all.putAll(ofCommandLine());
    Properties properties = new Properties();
    properties.putAll(all);
    properties.put(BOOTSTRAP, bootstrapServers);
    return properties;
  }

  /** {@return the configurations of the clients, without the defaults of any command} */
  public KafkaConfigs configs() {
    return new KafkaConfigs(bootstrapServers(), admin(), producer(Map.of()), consumer(Map.of()));
  }

  private Map<String, Object> client(KafkaKeys client, Map<String, String> defaults) {
    Map<String, Object> all = new HashMap<>(defaults);
    Map<String, String> file = ofFile();
    Map<String, String> line = ofCommandLine();
    Map<String, String> given = new HashMap<>(file);
    given.putAll(line);
    all.putAll(client.select(file, given));
    all.putAll(client.select(line, given));
    all.put(BOOTSTRAP, bootstrapServers);
    return all;
  }

  private Map<String, String> ofFile() {
    Map<String, String> given = new TreeMap<>();
    if (command.defaultValueProvider() instanceof ConfigFile file) {
      file.values()
          .forEach(
              (key, value) -> {
                if (KafkaKeys.isKnown(key)
                    || (!isCommands(key) && KafkaKeys.isKnown(key, file.values()))) {
                  given.put(key, value);
                }
              });
    }
    given.forEach(this::requireReadable);
    return given;
  }

  /**
   * Returns whether the key begins with a command's name, like the key of an option of one command
   * ({@code send.topic}) and the key of a property of the broker.
   */
  private boolean isCommands(String key) {
    return command.root().subcommands().keySet().stream()
        .anyMatch(name -> key.startsWith(name + "."));
  }

  private Map<String, String> ofCommandLine() {
    Map<String, String> given = KeyValue.parse(overrides, command);
    Map<String, String> all = new HashMap<>(ofFile());
    all.putAll(given);
    for (String key : given.keySet()) {
      if (key.equals(BOOTSTRAP)) {
        throw refused("-X " + BOOTSTRAP + ": give --bootstrap-servers instead");
      }
      if (!KafkaKeys.isKnown(key, all)) {
        throw refused(
            "-X "
                + key
                + ": Kafka's clients have no such key"
                + Suggestions.text(key, KafkaKeys.names()));
      }
    }
    given.forEach(this::requireReadable);
    return given;
  }

  /**
   * Refuses a JAAS configuration that cannot be parsed. Kafka's own error message would quote the
   * configuration, which may contain a password.
   */
  private void requireReadable(String key, String value) {
    if (JaasLine.isKey(key) && !value.contains("${")) { // a config provider replaces ${...}
      try {
        JaasLine.options(key, value);
      } catch (IllegalArgumentException e) {
        throw refused(e.getMessage());
      }
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
