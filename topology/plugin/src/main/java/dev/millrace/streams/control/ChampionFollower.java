package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has an {@link ImageInference} serve the version that the control topic names, as long as it is
 * open.
 *
 * <pre>{@code
 * try (var follower = ChampionFollower.open(consumerConfig, producerConfig, "instance-1", "resnet20", registry)) {
 *   // start with follower.champion(), if there is one
 *   follower.follow(inference);
 *   // run Kafka Streams
 * }
 * }</pre>
 *
 * <p>Opening reads the topic to its end, so that who serves the champion from then on has missed
 * none. Swaps happen one after the other on a thread of its own; of several orders that have come
 * meanwhile only the last is carried out. What became of each is published and counted. A candidate
 * that cannot be served changes nothing, and neither does a broker that is away.
 */
public final class ChampionFollower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChampionFollower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final ControlReader reader;
  private final StatusTopic status;
  private final String instance;
  private final String model;
  private final MeterRegistry registry;
  private final Champion first;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Thread thread;

  private ChampionFollower(
      ControlReader reader,
      StatusTopic status,
      String instance,
      String model,
      MeterRegistry registry) {
    this.reader = reader;
    this.status = status;
    this.instance = instance;
    this.model = model;
    this.registry = registry;
    this.first = reader.readToEnd().orElse(null);
  }

  /**
   * Reads the control topic to its end, if there is one.
   *
   * @param consumer a consumer's configuration
   * @param producer a producer's configuration, for the reports
   * @param instance what to call this instance in reports
   * @param registry receives the counts of swaps; stays the caller's
   * @throws KafkaException if the topic cannot be read
   */
  public static ChampionFollower open(
      Map<String, ?> consumer,
      Map<String, ?> producer,
      String instance,
      String model,
      MeterRegistry registry) {
    ControlReader reader = new ControlReader(consumer, model);
    StatusTopic status = null;
    try {
      status = new StatusTopic(producer);
      return new ChampionFollower(reader, status, instance, model, registry);
    } catch (RuntimeException e) {
      reader.close();
      if (status != null) {
        status.close();
      }
      throw e;
    }
  }

  /** The champion when this was opened. */
  public Optional<Champion> champion() {
    return Optional.ofNullable(first);
  }

  /** Begins to carry out what was ordered since then. To be called once. */
  public void follow(ImageInference<?> inference) {
    thread = new Thread(() -> run(inference), "millrace-control");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(ImageInference<?> inference) {
    try {
      while (closed.getCount() > 0) {
        carryOut(poll(), inference);
      }
    } catch (WakeupException | InterruptedException e) {
      // closed
    }
  }

  private List<Champion> poll() throws InterruptedException {
    try {
      if (reader.isThere()) {
        return reader.poll(POLL);
      }
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      log.warn("the control topic cannot be read, and is tried again: {}", e.getMessage());
    }
    boolean ignored = closed.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
    return List.of();
  }

  private void carryOut(List<Champion> orders, ImageInference<?> inference) {
    for (int i = 0; i < orders.size(); i++) {
      boolean isLast = i == orders.size() - 1;
      SwapReport report =
          isLast
              ? swap(orders.get(i), inference)
              : report(orders.get(i), Outcome.SUPERSEDED, null, inference, System.nanoTime());
      registry
          .counter("millrace.swap.count", "model", model, "outcome", report.outcome().word())
          .increment();
      status.publish(report);
    }
  }

  /** Whatever goes wrong with a candidate is a reason to reject it, also a lack of memory. */
  private SwapReport swap(Champion order, ImageInference<?> inference) {
    long start = System.nanoTime();
    try {
      if (Objects.equals(serving(inference), order.version())) {
        return report(order, Outcome.UNCHANGED, null, inference, start);
      }
      inference.swap(order.version(), order.allowSignatureChange());
      SwapReport swapped = report(order, Outcome.SWAPPED, null, inference, start);
      log.info("{} version {} serves after {} ms", model, order.version(), swapped.milliseconds());
      return swapped;
    } catch (RuntimeException | Error e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      log.warn("{} version {} is rejected: {}", model, order.version(), reason);
      return report(order, Outcome.REJECTED, reason, inference, start);
    }
  }

  private SwapReport report(
      Champion order,
      Outcome outcome,
      String reason,
      ImageInference<?> inference,
      long startNanos) {
    double milliseconds = (System.nanoTime() - startNanos) / 1e6;
    return new SwapReport(
        instance, model, order.version(), outcome, reason, serving(inference), milliseconds, null);
  }

  private static Integer serving(ImageInference<?> inference) {
    return inference.serving().map(ModelVersion::version).orElse(null);
  }

  /**
   * Stops following. Returns when a swap under way has ended; or, if its device hangs, after 10 s:
   * native code cannot be interrupted.
   */
  @Override
  public void close() {
    closed.countDown();
    reader.wakeup();
    if (hasEnded()) {
      reader.close();
      status.close();
    } else {
      log.error("a swap of {} hangs in native code; it is left behind", model);
    }
  }

  private boolean hasEnded() {
    if (thread == null) {
      return true;
    }
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
