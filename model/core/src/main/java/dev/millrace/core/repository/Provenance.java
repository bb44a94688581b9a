package dev.millrace.core.repository;

import dev.millrace.core.model.ModelManifest;
import java.util.Map;

/**
 * Where a model comes from and what is known of it; as its {@link ModelManifest} will say it.
 *
 * @param source where it came from
 * @param parentVersion the version it was made from, or null
 * @param metrics what was measured of it; may be empty
 * @param trainingRun the training run that made it, or null
 */
public record Provenance(
    ModelManifest.Source source,
    Integer parentVersion,
    Map<String, Double> metrics,
    String trainingRun) {

  public Provenance {
    metrics = Map.copyOf(metrics);
  }
}
