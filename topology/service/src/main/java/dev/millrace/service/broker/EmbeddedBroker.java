package dev.millrace.service.broker;

import java.util.concurrent.CompletableFuture;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.KafkaException;

/**
 * A real single-node Kafka in this JVM, broker and KRaft controller in one. Its data is kept in its
 * folder, and the next broker on that folder goes on with it.
 *
 * <p>It must be closed, which writes what is in memory and takes well under a second; one that was
 * killed instead starts up to 9 s later the next time, since Kafka waits for the old one's session
 * to end. Thread-safe.
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
   * Starts a broker and waits until it accepts clients. The folder is made and formatted on first
   * use.
   *
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
        String advice = config.overrides().isEmpty() ? "" : "; check the properties it was given";
        throw new BrokerException("the broker did not start: " + reasons(e) + advice, e);
      }
      throw e;
    }
  }

  /** What an exception and its causes say, once each: Kafka repeats a cause as what it causes. */
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

  /** Where clients connect, as {@code HOST:PORT}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Completes, with the reason, if the broker fails for good; it should be closed then. */
  public CompletableFuture<Throwable> failure() {
    return node.failure().copy();
  }

  /** Stops the broker; its data stays. Closing twice is harmless. */
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
