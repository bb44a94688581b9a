package dev.millrace.streams.engine;

import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;

/**
 * The metrics of every loaded version, in one registry.
 *
 * <p>A version can be loaded more than once at a time: briefly while its engine is replaced, or
 * while two engines of the process serve it. A registry holds only one meter for a name and its
 * labels, so all engines that have loaded the version share one {@link VersionMetrics}. The last
 * engine to give the metrics back removes them from the registry, so that no meters of old versions
 * remain. The table of shared metrics is static, because the engines do not know one another.
 * Thread-safe.
 */
public final class EngineMetrics {

  private static final Map<Key, Shared> SHARED = new HashMap<>();

  private final MeterRegistry registry;
  private final Tags tags;

  /** Compares registries by identity, because they define no equality. */
  private record Key(MeterRegistry registry, Tags tags, String model, int version) {}

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
    this.registry = registry;
    this.tags = tags;
  }

  private Key key(ModelVersion version) {
    return new Key(registry, tags, version.name(), version.version());
  }

  /** Leases the metrics of a version. Pair each call with {@link #giveBack}. */
  VersionMetrics lease(ModelVersion version, int maxBatchSize) {
    synchronized (SHARED) {
      Shared shared =
          SHARED.computeIfAbsent(
              key(version),
              key -> new Shared(new VersionMetrics(registry, tags, version, maxBatchSize)));
      shared.users++;
      return shared.metrics;
    }
  }

  /** Gives back the metrics of a version. The last call removes them from the registry. */
  void giveBack(ModelVersion version) {
    synchronized (SHARED) {
      Shared shared = SHARED.get(key(version));
      if (--shared.users == 0) {
        SHARED.remove(key(version));
        shared.metrics.close();
      }
    }
  }
}
