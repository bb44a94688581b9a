package dev.millrace.service.broker;

import java.util.concurrent.CompletableFuture;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.KafkaException;

/**
 * A real single-node Kafka in this JVM, with a broker and a KRaft controller. The broker keeps its
 * data in a folder. A later broker with this folder continues with the data.
 *
 * <p>The owner must close the broker. {@link #close} writes the data in memory to disk, and takes
 * well under a second. After a kill, the next start takes up to 9 s longer, because Kafka waits
 * until the session of the killed broker times out. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private final BrokerFolder folder;
  private final ListeningSockets sockets;
  private final KafkaNode node;
  private final String bootstrapServers;

  private EmbeddedBroker(
      BrokerFolder folder, ListeningSockets sockets, KafkaNode node, String bootstrapServers) {
    this.folder = folder;
    this.sockets = sockets;
    this.node = node;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts a broker, and returns when the broker accepts clients. Creates and formats the folder on
   * first use.
   *
   * @param config the broker's settings
   * @return the broker
   * @throws BrokerException if the folder or the port is taken, or Kafka does not start
   * @throws IllegalArgumentException if Kafka refuses a property
   */
  public static EmbeddedBroker start(BrokerConfig config) {
    BrokerFolder folder = BrokerFolder.open(config.folder());
    ListeningSockets sockets = new ListeningSockets();
    KafkaNode node = null;
    try {
      int port = sockets.bind(BrokerConfig.CLIENTS, config.host(), config.port());
      int controllerPort = sockets.bind(BrokerConfig.CONTROLLER, BrokerConfig.CONTROLLER_HOST, 0);
      KafkaConfig kafka = KafkaConfig.fromProps(config.properties(port, controllerPort), false);
      folder.format(BrokerConfig.NODE_ID, BrokerConfig.CONTROLLER);
      node = new KafkaNode(kafka, new ScramUsers(config.overrides()), sockets);
      node.start();
      return new EmbeddedBroker(folder, sockets, node, BrokerConfig.address(config.host(), port));
    } catch (Throwable e) {
      close(node, sockets, folder);
      if (e instanceof KafkaException) {
        String advice = config.overrides().isEmpty() ? "" : "; check the broker properties";
        throw new BrokerException("the broker did not start: " + reasons(e) + advice, e);
      }
      throw e;
    }
  }

  /**
   * Returns the messages of an exception and its causes, without duplicates, because Kafka repeats
   * a cause's message in the outer exception.
   */
  private static String reasons(Throwable e) {
    Throwable cause = e.getCause();
    String reason = e instanceof KafkaException ? e.getMessage() : e.toString();
    if (cause == null) {
      return reason;
    }
    return cause.toString().equals(e.getMessage())
        ? reasons(cause)
        : reason + ": " + reasons(cause);
  }

  /** {@return the address that clients connect to, as {@code HOST:PORT}} */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /**
   * {@return a future that completes with the fault if the broker cannot recover from a fault} The
   * owner must then close the broker.
   */
  public CompletableFuture<Throwable> failure() {
    return node.failure().copy();
  }

  /** Stops the broker, and keeps its data. A second call does nothing. */
  @Override
  public void close() {
    close(node, sockets, folder);
  }

  private static void close(KafkaNode node, ListeningSockets sockets, BrokerFolder folder) {
    try {
      if (node != null) {
        node.close();
      }
    } finally {
      sockets.close();
      folder.close();
    }
  }
}
