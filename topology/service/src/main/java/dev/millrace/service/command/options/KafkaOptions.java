package dev.millrace.service.command.options;

import dev.millrace.service.broker.JaasLine;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.help.Suggestions;
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
 * How a command reaches Kafka: a mixin of options, and the client configurations they amount to. Of
 * one key's values, that of {@code -X} wins over the file's, and the file's over ours.
 *
 * <p>Nothing here prints a value, since it may be a secret.
 */
@Grouped(Section.KAFKA)
public final class KafkaOptions {

  /** How long a broker that does not answer is waited for, before a command gives up. */
  public static final int PATIENCE_MS = 8_000;

  /** What has a consumer or an admin client give up after {@value #PATIENCE_MS} ms. */
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

  /** The brokers to ask first, as given. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** {@return whether the user named brokers, on the command line or in the file} */
  public boolean isGiven() {
    OptionSpec option = command.findOption("--" + BOOTSTRAP.replace('.', '-'));
    return command.commandLine().getParseResult().hasMatchedOption(option)
        || (command.defaultValueProvider() instanceof ConfigFile file
            && file.defaultValue(option) != null);
  }

  /** For an admin client that gives up after {@value #PATIENCE_MS} ms. */
  public Map<String, Object> admin() {
    return client(KafkaKeys.ADMIN, PATIENCE);
  }

  /**
   * For a producer.
   *
   * @param defaults what the command wants unless the user says otherwise
   */
  public Map<String, Object> producer(Map<String, String> defaults) {
    return client(KafkaKeys.PRODUCER, defaults);
  }

  /**
   * For a consumer.
   *
   * @param defaults what the command wants unless the user says otherwise
   */
  public Map<String, Object> consumer(Map<String, String> defaults) {
    return client(KafkaKeys.CONSUMER, defaults);
  }

  /**
   * For Kafka Streams, which hands its clients' keys on by itself.
   *
   * @param defaults what the command wants unless the user says otherwise
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

  /** True for an option of one command ({@code send.topic}), or a property of the broker. */
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

  /** Kafka itself would quote what it cannot read of a JAAS configuration, perhaps a password. */
  private void requireReadable(String key, String value) {
    if (JaasLine.isKey(key) && !value.contains("${")) { // else a config provider has it
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
