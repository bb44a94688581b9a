package dev.millrace.streams.engine;

import dev.millrace.core.repository.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/**
 * The meters of every version that is loaded, in one registry. A version may be loaded more than
 * once for a moment, as when its engine is replaced; its meters go when the last of them does, so
 * that versions which come and go for years leave nothing behind. Thread-safe.
 */
public final class EngineMeters {

  private final MeterRegistry registry;
  private final Map<Integer, Shared> versions = new HashMap<>();

  private static final class Shared {
    private final EngineMetrics metrics;
    private int users;

    private Shared(EngineMetrics metrics) {
      this.metrics = metrics;
    }
  }

  /** Meters of one model, in a registry that stays the caller's. */
  public EngineMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The meters of a version. Each call is paired with {@link #giveBack}. */
  synchronized EngineMetrics lease(ModelVersion version, int maxBatchSize) {
    Shared shared =
        versions.computeIfAbsent(
            version.version(),
            number -> new Shared(new EngineMetrics(registry, version, maxBatchSize)));
    shared.users++;
    return shared.metrics;
  }

  synchronized void giveBack(ModelVersion version) {
    Shared shared = versions.get(version.version());
    if (--shared.users == 0) {
      versions.remove(version.version());
      shared.metrics.close();
    }
  }
}
