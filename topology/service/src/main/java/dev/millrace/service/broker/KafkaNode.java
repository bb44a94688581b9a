package dev.millrace.service.broker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server$;
import kafka.server.SharedServer;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Kafka's controller and broker, assembled as in {@link KafkaRaftServer}, with two differences. The
 * caller provides the listening sockets, which {@link KafkaRaftServer} would open itself. An
 * unrecoverable fault is reported to the owner, while {@link KafkaRaftServer} would end the JVM.
 */
final class KafkaNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaNode.class);
  private static final Duration SHUTDOWN = Duration.ofSeconds(10);

  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final ControllerServer controller;
  private final BrokerServer broker;
  private final ScramUsers users;

  KafkaNode(KafkaConfig config, ScramUsers users, ServerSocketFactory sockets) {
    this.users = users;
    Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> folders =
        KafkaRaftServer.initializeLogDirs(config, LOG, "");
    String clusterId = folders._1().clusterId().orElseThrow();
    Metrics metrics = Server$.MODULE$.initializeMetrics(config, Time.SYSTEM, clusterId);
    SharedServer shared =
        new SharedServer(
            config,
            folders._1(),
            Time.SYSTEM,
            metrics,
            CompletableFuture.completedFuture(
                QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
            QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
            this::faultHandler,
            sockets);
    this.controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), folders._2());
    this.broker = new BrokerServer(shared);
  }

  private FaultHandler faultHandler(String name, boolean fatal, Runnable action) {
    FaultHandler logging = new LoggingFaultHandler(name, action);
    return fatal ? new Fatal(logging) : logging;
  }

  /** Returns a future that completes with the first unrecoverable fault. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  /**
   * Starts the controller, creates the users, starts the broker, and returns when the broker
   * accepts clients. The broker catches up with the controller before it accepts clients, so it
   * knows the users when the first client connects.
   */
  void start() {
    controller.startup();
    users.make(controller.controller());
    broker.startup();
  }

  /** Stops the broker, then the controller, because the broker needs its controller to stop. */
  @Override
  public void close() {
    broker.shutdown(SHUTDOWN);
    controller.shutdown();
    broker.awaitShutdown();
    controller.awaitShutdown();
  }

  /** Passes a fault to another handler, and then reports it to the owner. */
  private final class Fatal implements FaultHandler {

    private final FaultHandler logging;

    Fatal(FaultHandler logging) {
      this.logging = logging;
    }

    @Override
    public RuntimeException handleFault(String message, Throwable cause) {
      RuntimeException fault = logging.handleFault(message, cause);
      failure.complete(fault);
      return fault;
    }
  }
}
