package dev.millrace.streams.engine;

import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of every loaded version, in one registry.
 *
 * <p>A version can be loaded more than once at a time. This happens briefly while its engine is
 * replaced, or if two engines of the process serve it. A registry holds only one meter for a name
 * and its labels, so all engines that have loaded the version share one {@link VersionMetrics}. The
 * table of shared metrics is static, because the engines do not know one another. Thread-safe.
 *
 * <p>When the last engine gives the metrics of a version back, the version is retired. Its counters
 * stay in the registry for an hour. Otherwise, Prometheus would miss the last images, because it
 * reads the counters only at intervals. At most {@value #MOST_RETIRED} retired versions of a model
 * keep counters, so that the number of meters does not grow with the swaps.
 */
public final class EngineMetrics {

  /** Largest number of retired versions of a model whose counters stay. */
  static final int MOST_RETIRED = 2;

  private static final Executor AN_HOUR_LATER =
      CompletableFuture.delayedExecutor(1, TimeUnit.HOURS);

  private static final Map<Key, Shared> SHARED = new HashMap<>();

  /** The metrics of retired versions, in the order of their retirement. */
  private static final Map<Key, VersionMetrics> RETIRED = new LinkedHashMap<>();

  private final MeterRegistry registry;
  private final Tags tags;
  private final Executor anHourLater;

  /** Compares registries by identity, because they define no equality. */
  private record Key(MeterRegistry registry, Tags tags, String model, int version) {

    boolean hasModelOf(Key other) {
      return registry == other.registry && tags.equals(other.tags) && model.equals(other.model);
    }
  }

  private static final class Shared {
    private final VersionMetrics metrics;
    private int users;

    private Shared(VersionMetrics metrics) {
      this.metrics = metrics;
    }
  }

  /**
   * Creates the metrics of an engine.
   *
   * @param registry receives the meters; the caller keeps and closes it
   */
  public EngineMetrics(MeterRegistry registry) {
    this(registry, Tags.empty());
  }

  /**
   * Creates the metrics of an engine, whose meters have further tags.
   *
   * @param registry receives the meters; the caller keeps and closes it
   * @param tags the tags besides the model and the version
   */
  public EngineMetrics(MeterRegistry registry, Tags tags) {
    this(registry, tags, AN_HOUR_LATER);
  }

  /**
   * @param anHourLater runs each task one hour after it receives the task
   */
  EngineMetrics(MeterRegistry registry, Tags tags, Executor anHourLater) {
    this.registry = registry;
    this.tags = tags;
    this.anHourLater = anHourLater;
  }

  private Key key(ModelVersion version) {
    return new Key(registry, tags, version.name(), version.version());
  }

  /** Leases the metrics of a version. Pair each call with {@link #giveBack}. */
  VersionMetrics lease(ModelVersion version, int maxBatchSize) {
    Key key = key(version);
    synchronized (SHARED) {
      RETIRED.remove(key); // the new metrics continue the counters of the old metrics
      Shared shared =
          SHARED.computeIfAbsent(
              key, absent -> new Shared(new VersionMetrics(registry, tags, version, maxBatchSize)));
      shared.users++;
      return shared.metrics;
    }
  }

  /** Gives back the metrics of a version. The last call retires the version. */
  void giveBack(ModelVersion version) {
    Key key = key(version);
    synchronized (SHARED) {
      Shared shared = SHARED.get(key);
      if (--shared.users == 0) {
        SHARED.remove(key);
        retire(key, shared.metrics);
      }
    }
  }

  private void retire(Key key, VersionMetrics metrics) {
    metrics.retire();
    RETIRED.put(key, metrics);
    List<Key> retired = RETIRED.keySet().stream().filter(key::hasModelOf).toList();
    if (retired.size() > MOST_RETIRED) {
      RETIRED.remove(retired.get(0)).close();
    }
    anHourLater.execute(() -> forget(key, metrics));
  }

  private static void forget(Key key, VersionMetrics metrics) {
    synchronized (SHARED) {
      if (RETIRED.remove(key, metrics)) {
        metrics.close();
      }
    }
  }
}
