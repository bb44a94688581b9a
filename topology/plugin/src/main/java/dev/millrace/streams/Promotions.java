package dev.millrace.streams;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.control.ChampionFollower;
import dev.millrace.streams.control.Swappable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Keeps an inference on the version that the control topic names, from {@link #start} to {@link
 * #close}. Thread-safe.
 */
final class Promotions implements AutoCloseable {

  private final Map<?, ?> kafka;
  private final String model;
  private final MeterRegistry registry;
  private final Tags tags;
  private volatile ChampionFollower follower;
  private volatile boolean closed;
  private CompletableFuture<ModelVersion> first;

  /**
   * @param kafka configuration of a Kafka Streams client
   * @param registry receives the follower's meters
   * @param tags the tags of these meters
   */
  Promotions(Map<?, ?> kafka, String model, MeterRegistry registry, Tags tags) {
    this.kafka = kafka;
    this.model = model;
    this.registry = registry;
    this.tags = tags;
  }

  /**
   * Reads the control topic, starts the inference, and follows the orders from then on. If the
   * promotions are followed already, only waits for the first version.
   *
   * @param load loads the promoted version; empty if none was promoted
   * @return the first version
   * @throws InferenceStalledError if the thread is interrupted, or {@link #close} is called
   */
  ModelVersion start(Swappable inference, Function<Optional<Champion>, ModelVersion> load) {
    CompletableFuture<ModelVersion> loaded = begin(inference, load);
    try {
      return loaded.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InferenceStalledError("interrupted while no promoted version could serve", e);
    } catch (ExecutionException e) {
      throw new InferenceStalledError(e.getCause().getMessage(), e.getCause());
    }
  }

  private synchronized CompletableFuture<ModelVersion> begin(
      Swappable inference, Function<Optional<Champion>, ModelVersion> load) {
    if (first == null) {
      ChampionFollower opened = ChampionFollower.open(kafka, model, registry, tags);
      CompletableFuture<ModelVersion> version = new CompletableFuture<>();
      try {
        follow(opened, inference, load, version);
      } catch (RuntimeException | Error e) {
        opened.close();
        throw e;
      }
      first = version; // set before the follower, because close() checks the follower first
      follower = opened;
      if (closed) {
        close(); // close() was called meanwhile
      }
    }
    return first;
  }

  private static void follow(
      ChampionFollower follower,
      Swappable inference,
      Function<Optional<Champion>, ModelVersion> load,
      CompletableFuture<ModelVersion> first) {
    if (follower.champion().isEmpty()) {
      first.complete(load.apply(Optional.empty()));
      follower.follow(inference);
      return;
    }
    follower.start(
        champion -> {
          var unused = load.apply(Optional.of(champion));
          return inference;
        },
        started -> first.complete(started.serving().orElseThrow()));
  }

  /** {@return why no promoted version can serve; empty while one serves} */
  Optional<String> problem() {
    ChampionFollower opened = follower;
    return opened == null
        ? Optional.of("the control topic was not read yet; call start()")
        : opened.problem();
  }

  /** {@return why the promoted version does not serve; empty if it does} */
  Optional<String> lag() {
    ChampionFollower opened = follower;
    return opened == null ? Optional.empty() : opened.lag();
  }

  /** Stops following. A thread that waits in {@link #start} fails. */
  @Override
  public void close() {
    closed = true;
    ChampionFollower opened = follower;
    if (opened != null) {
      opened.close();
      first.completeExceptionally(
          new IllegalStateException("the inference was closed before a promoted version served"));
    }
  }
}
