package dev.millrace.core.repository;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization;
import java.util.Map;

/**
 * The origin and the measurements of a model. They become part of the model's {@link
 * ModelManifest}.
 *
 * @param source the origin of the model
 * @param parentVersion number of the version that training started from, or null
 * @param metrics measurements of the model; may be empty
 * @param trainingRun name of the training run that produced the model, or null
 * @param quantization how the model was quantised, or null
 * @param calibration the temperature in the model's graph, or null if there is none
 * @param evaluation the measures of the model, or null
 * @param lineage how the model was trained, or null
 * @param golden the golden set on which the model was compared with the champion, or null
 */
public record Provenance(
    ModelManifest.Source source,
    Integer parentVersion,
    Map<String, Double> metrics,
    String trainingRun,
    Quantization quantization,
    Calibration calibration,
    Figures evaluation,
    Lineage lineage,
    Fingerprint golden) {

  /**
   * Copies the metrics.
   *
   * @param source the origin of the model
   * @param parentVersion number of the version that training started from, or null
   * @param metrics measurements of the model
   * @param trainingRun name of the training run that produced the model, or null
   * @param quantization how the model was quantised, or null
   * @param calibration the temperature in the model's graph, or null
   * @param evaluation the measures of the model, or null
   * @param lineage how the model was trained, or null
   * @param golden the golden set on which the model was compared with the champion, or null
   */
  public Provenance {
    metrics = Map.copyOf(metrics);
  }

  /**
   * Creates the provenance of a model that was not compared on a golden set.
   *
   * @param source the origin of the model
   * @param parentVersion number of the version that training started from, or null
   * @param metrics measurements of the model
   * @param trainingRun name of the training run that produced the model, or null
   * @param quantization how the model was quantised, or null
   * @param calibration the temperature in the model's graph, or null
   * @param evaluation the measures of the model, or null
   * @param lineage how the model was trained, or null
   */
  public Provenance(
      ModelManifest.Source source,
      Integer parentVersion,
      Map<String, Double> metrics,
      String trainingRun,
      Quantization quantization,
      Calibration calibration,
      Figures evaluation,
      Lineage lineage) {
    this(
        source,
        parentVersion,
        metrics,
        trainingRun,
        quantization,
        calibration,
        evaluation,
        lineage,
        null);
  }

  /**
   * Creates the provenance of a model that was neither quantised, calibrated nor evaluated.
   *
   * @param source the origin of the model
   * @param parentVersion number of the version that training started from, or null
   * @param metrics measurements of the model
   * @param trainingRun name of the training run that produced the model, or null
   */
  public Provenance(
      ModelManifest.Source source,
      Integer parentVersion,
      Map<String, Double> metrics,
      String trainingRun) {
    this(source, parentVersion, metrics, trainingRun, null);
  }

  /**
   * Creates the provenance of a model that was neither calibrated nor evaluated.
   *
   * @param source the origin of the model
   * @param parentVersion number of the version that training started from, or null
   * @param metrics measurements of the model
   * @param trainingRun name of the training run that produced the model, or null
   * @param quantization how the model was quantised, or null
   */
  public Provenance(
      ModelManifest.Source source,
      Integer parentVersion,
      Map<String, Double> metrics,
      String trainingRun,
      Quantization quantization) {
    this(source, parentVersion, metrics, trainingRun, quantization, null, null, null);
  }
}
