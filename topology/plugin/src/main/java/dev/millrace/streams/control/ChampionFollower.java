package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.control.StatusTopic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link Swappable} on the version that the control topic names, until the follower is
 * closed. The version that the topic names last is the champion.
 *
 * <pre>{@code
 * try (var follower = ChampionFollower.open(streamsConfig, "resnet20", registry, Tags.empty())) {
 *   // start with the version that follower.champion() names, if there is one
 *   follower.follow(inference);
 *   // run Kafka Streams
 * }
 * }</pre>
 *
 * <p>{@link #open} reads the topic to its end and finds the champion. Each later promotion is an
 * order to swap to the promoted version. So an inference that starts with the champion misses no
 * order. {@link #start} also handles a champion that cannot serve yet.
 *
 * <p>Swaps run one after the other on the follower's own thread. If several orders arrive during a
 * swap, the follower carries out only the last of them. The follower reports and counts the outcome
 * of each order.
 *
 * <p>If a candidate cannot be served, or the broker is unreachable, the current version keeps
 * serving. The follower retries the candidate after one second, and doubles the pause after each
 * failure, up to one minute.
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
  private boolean released;

  /**
   * @param channel delivers orders and takes reports; {@link #close} closes it
   * @param first the current champion, or null
   * @param poll the longest wait for an order, and the pause before looking for the topic again
   * @param closeTimeout the longest time that {@link #close} waits for a swap
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  ChampionFollower(
      ControlChannel channel,
      Champion first,
      String instance,
      String model,
      MeterRegistry registry,
      Tags tags,
      Duration poll,
      Duration closeTimeout,
      LongSupplier nanoTime) {
    this.channel = channel;
    this.first = first;
    this.model = model;
    this.reports = new SwapReports(instance, model, registry, tags, channel::publish, nanoTime);
    this.backoff = new Backoff(nanoTime);
    this.poll = poll;
    this.closeTimeout = closeTimeout;
  }

  /**
   * Opens a follower with the configuration of a Kafka Streams client, as {@link #open(Map, Map,
   * String, String, MeterRegistry)} does. The name of this instance in the reports is the
   * application id, the name of the host and the id of the process.
   *
   * @param streams configuration of a Kafka Streams client; {@code application.id} may be missing
   * @param model the name of the model
   * @param registry receives the meters; the caller keeps and closes it
   * @param tags the tags of the meters besides the model
   * @return the follower
   * @throws KafkaException if the topic cannot be read
   */
  public static ChampionFollower open(
      Map<?, ?> streams, String model, MeterRegistry registry, Tags tags) {
    InstanceConfig instance = InstanceConfig.of(streams);
    return open(instance.consumer(), instance.producer(), instance.name(), model, registry, tags);
  }

  /**
   * Opens a follower, and reads the control topic to its end if the topic exists. Carries out no
   * order before {@link #start} or {@link #follow}.
   *
   * @param consumer configuration of a Kafka consumer, for the orders
   * @param producer configuration of a Kafka producer, for the reports
   * @param instance the name of this instance in the reports
   * @param model the name of the model
   * @param registry receives two meters: the number of swaps, and whether the champion serves; the
   *     caller keeps and closes the registry
   * @return the follower; the caller closes it after the Kafka Streams client, and before the
   *     inference
   * @throws KafkaException if the topic cannot be read
   */
  public static ChampionFollower open(
      Map<String, ?> consumer,
      Map<String, ?> producer,
      String instance,
      String model,
      MeterRegistry registry) {
    return open(consumer, producer, instance, model, registry, Tags.empty());
  }

  private static ChampionFollower open(
      Map<String, ?> consumer,
      Map<String, ?> producer,
      String instance,
      String model,
      MeterRegistry registry,
      Tags tags) {
    ControlReader reader = new ControlReader(consumer, model);
    StatusTopic status = null;
    try {
      status = new StatusTopic(producer);
      Champion first = reader.readToEnd().orElse(null);
      ControlChannel channel = new KafkaControlChannel(reader, status);
      return new ChampionFollower(
          channel, first, instance, model, registry, tags, POLL, CLOSE_TIMEOUT, System::nanoTime);
    } catch (RuntimeException e) {
      reader.close();
      if (status != null) {
        status.close();
      }
      throw e;
    }
  }

  /** {@return the champion at the time of {@link #open}; empty if the topic named no champion} */
  public Optional<Champion> champion() {
    return Optional.ofNullable(first);
  }

  /**
   * Starts the inference with the champion, and then follows the orders. If the champion cannot
   * serve, this method starts the previously promoted version, and tries the champion again later.
   * If neither version can serve, this method returns. The follower's thread then retries both
   * versions, until one of them serves or another champion is named. A version that was not
   * promoted is never started.
   *
   * <p>To be called once, instead of {@link #follow}, and only if there is a {@link #champion}.
   *
   * @param starter starts the inference with the champion or with the previously promoted version.
   *     The checksum of the previous version is not known. If the starter throws an exception, this
   *     version cannot serve
   * @param started receives the inference when it has started; called on the calling thread, or
   *     later on the follower's thread
   * @param <I> the type of the inference
   * @throws RuntimeException from {@code starter}, if a native library cannot be loaded, because a
   *     later try would fail as well
   */
  public <I extends Swappable> void start(Function<Champion, I> starter, Consumer<I> started) {
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

  /**
   * Returns the reason why neither the champion nor the previously promoted version can serve. Any
   * thread may call this method.
   *
   * @return the reason; empty while a version serves
   */
  public Optional<String> problem() {
    ChampionStart<?> start = waiting;
    return start == null ? Optional.empty() : Optional.ofNullable(start.problem());
  }

  /**
   * Returns the reason why this instance does not serve the champion, although it may serve another
   * version. Any thread may call this method.
   *
   * @return the reason, which begins with the champion's version; empty if the champion serves
   */
  public Optional<String> lag() {
    return Optional.ofNullable(reports.lag());
  }

  /**
   * Swaps to the {@link #champion} if it does not serve yet, and carries out each later order, on
   * the follower's thread. To be called once, instead of {@link #start}.
   *
   * @param inference the inference; the caller keeps and closes it
   */
  public void follow(Swappable inference) {
    ChampionSwaps swaps = new ChampionSwaps(inference, reports, backoff);
    if (first != null && !serves(inference, first)) {
      swaps.goOn(first, null);
    }
    inThread(() -> swap(swaps));
  }

  private static boolean serves(Swappable inference, Champion champion) {
    return inference.serving().filter(v -> champion.is(v.version(), v.sha256())).isPresent();
  }

  private ChampionSwaps swaps(Swappable inference, ChampionStart<?> start) {
    ChampionSwaps swaps = new ChampionSwaps(inference, reports, backoff);
    if (start.championReason() != null) {
      swaps.goOn(start.champion(), start.championReason());
    }
    return swaps;
  }

  /**
   * Starts the follower's thread.
   *
   * @param work the work of the thread, until the follower is closed
   */
  private void inThread(Runnable work) {
    thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (WakeupException e) {
                // The follower was closed.
              } finally {
                release();
              }
            },
            "millrace-control");
    thread.setDaemon(true);
    thread.start();
  }

  private <I> Optional<I> await(ChampionStart<I> start) {
    Optional<I> started = Optional.empty();
    while (started.isEmpty() && closed.getCount() > 0) {
      start.order(poll(least(poll, backoff.left())));
      if (backoff.left().isZero()) {
        started = start.attemptAgain();
      }
    }
    return started;
  }

  private void swap(ChampionSwaps swaps) {
    while (closed.getCount() > 0) {
      swaps.carryOut(poll(swaps.patience(poll)));
      swaps.retry();
    }
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private List<Champion> poll(Duration patience) {
    try {
      if (channel.isThere()) {
        return channel.poll(patience);
      }
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      log.warn("cannot read the control topic; trying again: {}", e.getMessage());
    }
    pause(patience);
    return List.of();
  }

  /**
   * Waits until the time has passed or the follower is closed. An interrupt ends only this wait. No
   * other code knows the follower's thread, so only a session can have left the interrupt behind.
   */
  private void pause(Duration time) {
    try {
      boolean ignored = closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      log.debug("a swap of {} left its thread interrupted", model, e);
    }
  }

  /**
   * Stops following, and returns when the current swap has ended. If the device hangs during the
   * swap, this method returns after 10 s. The swap's thread keeps running, because native code
   * cannot be interrupted. If the calling thread is interrupted, or is the thread that swaps, this
   * method does not wait. The thread that swaps closes the connections when it ends.
   */
  @Override
  public void close() {
    closed.countDown();
    if (thread == null) {
      release();
    } else if (thread != Thread.currentThread()) {
      channel.wakeup();
      awaitEnd();
    }
  }

  private void awaitEnd() {
    try {
      thread.join(closeTimeout.toMillis());
      if (thread.isAlive()) {
        log.error("a swap of {} hangs; its thread is left behind", model);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void release() {
    if (!released) {
      released = true;
      channel.close();
      reports.close();
    }
  }
}
