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
import java.util.function.Consumer;
import java.util.function.IntFunction;
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
 *   // start with the version that follower.champion() names, if there is one
 *   follower.follow(inference);
 *   // run Kafka Streams
 * }
 * }</pre>
 *
 * <p>Opening reads the topic to its end, so that an inference which serves the champion from then
 * on has missed no order. {@link #start} starts it, also with a champion that cannot serve yet.
 * Swaps happen one after the other on a thread of their own. If several orders have come meanwhile,
 * only the last is carried out. The outcome of each order is published and counted. If a candidate
 * cannot be served, or the broker is away, the current version keeps serving, and the candidate is
 * tried again: after a second, and later once a minute.
 */
public final class ChampionFollower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChampionFollower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final ControlChannel channel;
  private final Champion first;
  private final String model;
  private final SwapReports reports;
  private final Backoff backoff;
  private final Duration poll;
  private final Duration closeTimeout;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile ChampionStart<?> waiting;
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
    this.model = model;
    this.reports = new SwapReports(instance, model, registry, channel::publish, nanoTime);
    this.backoff = new Backoff(nanoTime);
    this.poll = poll;
    this.closeTimeout = closeTimeout;
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

  /**
   * Starts inference with the champion, or with the version that was promoted before it if the
   * champion cannot serve; then follows the orders. If neither can, this returns, and tries both
   * again on a thread of its own until one can or another champion is named. No version serves that
   * was not promoted. To be called once, instead of {@link #follow}, if there is a champion.
   *
   * @param starter starts inference with a version; what it throws is why that cannot serve
   * @param started takes what was started, on the calling thread or later on the follower's
   * @param <I> what is started
   */
  public <I extends ImageInference<?>> void start(IntFunction<I> starter, Consumer<I> started) {
    ChampionStart<I> start = new ChampionStart<>(first, starter, reports, backoff);
    waiting = start;
    Optional<I> inference = start.attempt();
    if (inference.isPresent()) {
      started.accept(inference.get());
      inThread(() -> swap(swaps(inference.get(), start)));
    } else {
      inThread(
          () -> {
            Optional<I> late = await(start);
            if (late.isPresent()) {
              started.accept(late.get());
              swap(swaps(late.get(), start));
            }
          });
    }
  }

  /** Why neither the champion nor the version before it can serve, as long as that is so. */
  public Optional<String> problem() {
    ChampionStart<?> start = waiting;
    return start == null ? Optional.empty() : Optional.ofNullable(start.problem());
  }

  /** Carries out {@link #champion}, and the orders that come after it. To be called once. */
  public void follow(ImageInference<?> inference) {
    ChampionSwaps swaps = new ChampionSwaps(inference, reports, backoff);
    if (first != null && !serves(inference, first)) {
      swaps.goOn(first, null);
    }
    inThread(() -> swap(swaps));
  }

  private static boolean serves(ImageInference<?> inference, Champion champion) {
    return inference.serving().filter(v -> v.version() == champion.version()).isPresent();
  }

  private ChampionSwaps swaps(ImageInference<?> inference, ChampionStart<?> start) {
    ChampionSwaps swaps = new ChampionSwaps(inference, reports, backoff);
    if (start.championReason() != null) {
      swaps.goOn(start.champion(), start.championReason());
    }
    return swaps;
  }

  /** What the follower's thread does until it is closed. */
  private interface Work {
    void run() throws InterruptedException;
  }

  private void inThread(Work work) {
    thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (WakeupException | InterruptedException e) {
                // closed
              }
            },
            "millrace-control");
    thread.setDaemon(true);
    thread.start();
  }

  private <I> Optional<I> await(ChampionStart<I> start) throws InterruptedException {
    Optional<I> started = Optional.empty();
    while (started.isEmpty() && closed.getCount() > 0) {
      start.order(poll(least(poll, backoff.left())));
      if (backoff.left().isZero()) {
        started = start.attempt();
      }
    }
    return started;
  }

  private void swap(ChampionSwaps swaps) throws InterruptedException {
    while (closed.getCount() > 0) {
      swaps.carryOut(poll(swaps.patience(poll)));
      swaps.retry();
    }
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private List<Champion> poll(Duration patience) throws InterruptedException {
    try {
      if (channel.isThere()) {
        return channel.poll(patience);
      }
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      log.warn("the control topic cannot be read, and is tried again: {}", e.getMessage());
    }
    boolean ignored = closed.await(patience.toNanos(), TimeUnit.NANOSECONDS);
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
      reports.close();
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
