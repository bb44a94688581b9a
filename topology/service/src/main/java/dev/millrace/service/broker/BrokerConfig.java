package dev.millrace.service.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import kafka.server.KafkaConfig;

/**
 * The settings of an embedded broker.
 *
 * @param folder folder of the broker's data
 * @param host the address that the broker listens on and that clients connect to
 * @param port the port that the broker listens on, or 0 for any free port
 * @param overrides Kafka's own broker properties, which override the settings of this class. In
 *     {@code listener.security.protocol.map} and similar properties, the listener for clients is
 *     called {@value #CLIENTS}. At each start, the broker creates the users that the {@code
 *     sasl.jaas.config} of a SCRAM listener names ({@code username}, {@code user_NAME}). If a user
 *     exists, the broker sets the user's password
 */
public record BrokerConfig(Path folder, String host, int port, Map<String, String> overrides) {

  /** The name of the listener that clients connect to. */
  public static final String CLIENTS = "CLIENTS";

  static final String CONTROLLER = "CONTROLLER";
  static final String CONTROLLER_HOST = "127.0.0.1";
  static final int NODE_ID = 1;

  /** The default address: the loopback address, which other machines cannot reach. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** The default port, which is Kafka's usual port. */
  public static final int DEFAULT_PORT = 9092;

  /** Properties of Kafka's {@code StandardAuthorizer}, which are not properties of the broker. */
  private static final Set<String> AUTHORIZER =
      Set.of("super.users", "allow.everyone.if.no.acl.found");

  private static final Pattern LISTENER_PROPERTY = Pattern.compile("listener\\.name\\.[^.]+\\..+");

  /**
   * Settings for a single node on a developer's machine, instead of a cluster. A record has one
   * replica. No setting makes the node wait for other nodes. The numbers of threads and the sizes
   * of files are small.
   */
  private static final Map<String, String> ALONE =
      Map.ofEntries(
          // One replica, because no other node can hold a second one.
          Map.entry("default.replication.factor", "1"),
          Map.entry("min.insync.replicas", "1"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"),
          // Few partitions, because Kafka creates a folder with four files for each partition of an
          // internal topic when the topic is first used.
          Map.entry("offsets.topic.num.partitions", "4"),
          Map.entry("transaction.state.log.num.partitions", "4"),
          Map.entry("share.coordinator.state.topic.num.partitions", "4"),
          // A consumer group starts as soon as its first member joins, and rebalances in fractions
          // of a second.
          Map.entry("group.initial.rebalance.delay.ms", "0"),
          Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
          Map.entry("group.min.session.timeout.ms", "100"),
          Map.entry("group.consumer.min.session.timeout.ms", "100"),
          Map.entry("group.consumer.min.heartbeat.interval.ms", "50"),
          Map.entry("group.consumer.heartbeat.interval.ms", "500"),
          Map.entry("group.streams.min.session.timeout.ms", "100"),
          Map.entry("group.streams.min.heartbeat.interval.ms", "50"),
          Map.entry("group.streams.heartbeat.interval.ms", "500"),
          // If a client mistypes a topic, the client gets an error, and no topic is created.
          Map.entry("auto.create.topics.enable", "false"),
          // The log cleaner allocates its whole buffer when it starts. The default is 128 MiB.
          Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
          // Kafka allocates an index at its full size. The default is 10 MiB, and a segment has two
          // indexes.
          Map.entry("log.index.size.max.bytes", "1048576"),
          Map.entry("log.segment.bytes", "268435456"),
          Map.entry("num.network.threads", "2"),
          Map.entry("num.io.threads", "4"),
          Map.entry("background.threads", "2"),
          Map.entry("group.coordinator.threads", "1"),
          Map.entry("share.coordinator.threads", "1"),
          // A single voter elects itself. After a restart, the voter waits for this time-out before
          // it holds the election.
          Map.entry("controller.quorum.election.timeout.ms", "100"),
          // The value 0 turns off the records that an idle controller writes to its metadata log.
          Map.entry("metadata.max.idle.interval.ms", "0"));

  /**
   * Validates the settings, and makes the folder's path absolute.
   *
   * @param folder folder of the broker's data
   * @param host the address that the broker listens on
   * @param port the port that the broker listens on, or 0 for any free port
   * @param overrides Kafka's own broker properties
   * @throws IllegalArgumentException if a value is invalid, if a key is not a property of Kafka's
   *     broker, or if a {@code sasl.jaas.config} cannot be parsed; the message names the key
   */
  public BrokerConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: is blank; give an address of this machine");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " is not within 0 to 65535");
    }
    folder = folder.toAbsolutePath().normalize();
    overrides = Map.copyOf(overrides);
    for (String key : overrides.keySet()) {
      if (!isProperty(key)) {
        throw new IllegalArgumentException(key + ": Kafka's broker has no such property");
      }
    }
    overrides.forEach(
        (key, value) -> {
          if (JaasLine.isKey(key) && !value.contains("${")) { // ${ refers to a config provider
            JaasLine.options(key, value);
          }
        });
  }

  /**
   * {@return whether a key is a property of Kafka's broker, of one of its listeners, of its
   * authorizer, or of a config provider (KIP-297)}
   *
   * @param key the key
   */
  public static boolean isProperty(String key) {
    return KafkaConfig.configDef().names().contains(key)
        || AUTHORIZER.contains(key)
        || key.equals("config.providers")
        || key.startsWith("config.providers.")
        || LISTENER_PROPERTY.matcher(key).matches();
  }

  /**
   * Creates settings for a broker on the loopback address, without overrides.
   *
   * @param folder folder of the broker's data
   * @param port the port that the broker listens on, or 0 for any free port
   */
  public BrokerConfig(Path folder, int port) {
    this(folder, DEFAULT_HOST, port, Map.of());
  }

  /** {@return the settings, without the overrides' values, which may be secrets} */
  @Override
  public String toString() {
    return "BrokerConfig[" + folder + ", " + address(host, port) + ", " + overrides.keySet() + "]";
  }

  /** Returns the properties for Kafka, with the ports of both listeners. */
  Properties properties(int clientsPort, int controllerPort) {
    Map<String, String> all = new HashMap<>(ALONE);
    all.put("node.id", Integer.toString(NODE_ID));
    all.put("process.roles", "broker,controller");
    all.put("log.dirs", folder.toString());
    all.put(
        "listeners",
        endpoint(CLIENTS, host, clientsPort)
            + ","
            + endpoint(CONTROLLER, CONTROLLER_HOST, controllerPort));
    all.put("listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    all.put("inter.broker.listener.name", CLIENTS);
    all.put("controller.listener.names", CONTROLLER);
    all.put("controller.quorum.voters", NODE_ID + "@" + CONTROLLER_HOST + ":" + controllerPort);
    all.putAll(overrides);
    Properties properties = new Properties();
    properties.putAll(all);
    return properties;
  }

  private static String endpoint(String listener, String host, int port) {
    return listener + "://" + address(host, port);
  }

  static String address(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
