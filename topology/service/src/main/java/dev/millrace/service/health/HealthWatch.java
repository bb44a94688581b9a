package dev.millrace.service.health;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a Kafka Streams client on threads of its own. Checks the client once a second, and asks
 * the brokers every 4 s whether the topics that the client writes to exist. Thread-safe.
 */
public final class HealthWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HealthWatch.class);

  private static final int LOOK_MS = 1_000;
  private static final int ASK_MS = 4_000;

  /**
   * The fraction of {@code max.poll.interval.ms} after which a thread that does not poll counts as
   * hanging.
   */
  private static final double HANGS_AFTER = 0.9;

  private final StreamMonitor monitor;
  private final TopicWatch topics;
  private final Admin admin;
  private final LongSupplier nanoTime;
  private final ScheduledExecutorService looking = executor("millrace-health");
  private final ScheduledExecutorService asking = executor("millrace-health-topics");

  private HealthWatch(
      StreamsView streams,
      Supplier<Optional<ThreadFailure>> lastFailure,
      Supplier<Optional<String>> fetchProblem,
      Admin admin,
      Set<String> topics,
      Duration maxPollInterval,
      Consumer<String> onHang,
      MeterRegistry registry,
      LongSupplier nanoTime) {
    this.admin = admin;
    this.nanoTime = nanoTime;
    this.topics = new TopicWatch(TopicWatch.brokers(admin), topics, nanoTime.getAsLong());
    this.monitor =
        new StreamMonitor(
            streams,
            this.topics,
            lastFailure,
            fetchProblem,
            Duration.ofMillis((long) (maxPollInterval.toMillis() * HANGS_AFTER)),
            onHang,
            registry);
  }

  /**
   * Starts a watch.
   *
   * @param streams the client, which may not have started yet; the caller closes it
   * @param threads number of stream threads that the client should have
   * @param lastFailure returns the last failure of a stream thread, if there was one
   * @param fetchProblem returns why images cannot be fetched at the moment; empty if they can
   * @param admin configuration of the admin client that looks for the topics
   * @param topics the topics that the client writes to
   * @param maxPollInterval the client's {@code max.poll.interval.ms}
   * @param onHang receives one line of text if a stream thread hangs, before the brokers remove the
   *     thread from the consumer group
   * @param registry receives a gauge that says how long each partition has stood still; the caller
   *     closes the registry
   * @return the watch, which the caller closes
   */
  public static HealthWatch start(
      KafkaStreams streams,
      int threads,
      Supplier<Optional<ThreadFailure>> lastFailure,
      Supplier<Optional<String>> fetchProblem,
      Map<String, Object> admin,
      Set<String> topics,
      Duration maxPollInterval,
      Consumer<String> onHang,
      MeterRegistry registry) {
    HealthWatch watch =
        new HealthWatch(
            new KafkaStreamsView(streams, threads),
            lastFailure,
            fetchProblem,
            Admin.create(admin),
            topics,
            maxPollInterval,
            onHang,
            registry,
            System::nanoTime);
    watch.start();
    return watch;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the tasks end with the executors
  private void start() {
    looking.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    asking.scheduleWithFixedDelay(this::ask, 0, ASK_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      var unused = problems();
    } catch (RuntimeException e) {
      log.warn("cannot check the health of the stream: {}", e.toString());
    }
  }

  private void ask() {
    try {
      topics.ask(nanoTime.getAsLong());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn("cannot ask the brokers for the topics: {}", e.toString());
    }
  }

  /** {@return the problems that have lasted longer than 10 s; empty if the service is ready} */
  public List<Problem> problems() {
    return monitor.look(nanoTime.getAsLong());
  }

  @Override
  public void close() {
    looking.shutdownNow();
    asking.shutdownNow();
    admin.close(Duration.ZERO);
  }

  private static ScheduledExecutorService executor(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }
}
