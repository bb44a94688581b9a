package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.StatusTopic;
import dev.millrace.streams.ImageInference;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
 * <p>Opening reads the topic to its end, so that an inference which serves the champion from then
 * on has missed no order. Swaps happen one after the other on a thread of their own. If several
 * orders have come meanwhile, only the last is carried out. The outcome of each order is published
 * and counted. If a candidate cannot be served, or the broker is away, the current version keeps
 * serving.
 */
public final class ChampionFollower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChampionFollower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final ControlChannel channel;
  private final Champion first;
  private final String instance;
  private final String model;
  private final MeterRegistry registry;
  private final Duration poll;
  private final Duration closeTimeout;
  private final LongSupplier nanoTime;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Thread thread;

  /**
   * @param channel closed with the follower
   * @param first the champion so far, or null
   * @param poll how long to wait for an order, and for the topic before it is looked for again
   * @param closeTimeout how long closing waits for a swap under way
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  ChampionFollower(
      ControlChannel channel,
      Champion first,
      String instance,
      String model,
      MeterRegistry registry,
      Duration poll,
      Duration closeTimeout,
      LongSupplier nanoTime) {
    this.channel = channel;
    this.first = first;
    this.instance = instance;
    this.model = model;
    this.registry = registry;
    this.poll = poll;
    this.closeTimeout = closeTimeout;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads the control topic to its end, if there is one.
   *
   * @param consumer a consumer's configuration
   * @param producer a producer's configuration, for the reports
   * @param instance the name of this instance in reports
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
      Champion first = reader.readToEnd().orElse(null);
      ControlChannel channel = new KafkaControlChannel(reader, status);
      return new ChampionFollower(
          channel, first, instance, model, registry, POLL, CLOSE_TIMEOUT, System::nanoTime);
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

  /** Begins to carry out the orders that come after {@link #champion}. To be called once. */
  public void follow(ImageInference<?> inference) {
    ChampionSwaps swaps =
        new ChampionSwaps(inference, instance, model, registry, channel::publish, nanoTime);
    thread = new Thread(() -> run(swaps), "millrace-control");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(ChampionSwaps swaps) {
    try {
      while (closed.getCount() > 0) {
        swaps.carryOut(poll());
      }
    } catch (WakeupException | InterruptedException e) {
      // closed
    }
  }

  private List<Champion> poll() throws InterruptedException {
    try {
      if (channel.isThere()) {
        return channel.poll(poll);
      }
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      log.warn("the control topic cannot be read, and is tried again: {}", e.getMessage());
    }
    boolean ignored = closed.await(poll.toMillis(), TimeUnit.MILLISECONDS);
    return List.of();
  }

  /**
   * Stops following. Returns when a swap under way has ended; or, if its device hangs, after 10 s:
   * native code cannot be interrupted.
   */
  @Override
  public void close() {
    closed.countDown();
    channel.wakeup();
    if (hasEnded()) {
      channel.close();
    } else {
      log.error("a swap of {} hangs in native code; it is left behind", model);
    }
  }

  private boolean hasEnded() {
    if (thread == null) {
      return true;
    }
    try {
      thread.join(closeTimeout.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
