package dev.millrace.streams.engine;

import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/**
 * The metrics of every loaded version of one model, in one registry.
 *
 * <p>A version can be loaded twice for a short time, for example while its engine is replaced. Both
 * share one {@link VersionMetrics}, and the last to give it back removes it from the registry. So
 * versions that come and go for years leave nothing behind. Thread-safe.
 */
public final class EngineMetrics {

  private final MeterRegistry registry;
  private final Map<Integer, Shared> versions = new HashMap<>();

  private static final class Shared {
    private final VersionMetrics metrics;
    private int users;

    private Shared(VersionMetrics metrics) {
      this.metrics = metrics;
    }
  }

  /** The metrics of one model, in a registry that stays the caller's. */
  public EngineMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The metrics of a version. The caller pairs each call with {@link #giveBack}. */
  synchronized VersionMetrics lease(ModelVersion version, int maxBatchSize) {
    Shared shared =
        versions.computeIfAbsent(
            version.version(),
            number -> new Shared(new VersionMetrics(registry, version, maxBatchSize)));
    shared.users++;
    return shared.metrics;
  }

  /** Gives back the metrics of a version; the last call removes them from the registry. */
  synchronized void giveBack(ModelVersion version) {
    Shared shared = versions.get(version.version());
    if (--shared.users == 0) {
      versions.remove(version.version());
      shared.metrics.close();
    }
  }
}
