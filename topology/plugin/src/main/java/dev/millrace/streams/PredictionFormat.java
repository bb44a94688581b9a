package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.streams.engine.Classification;

/**
 * Turns answers into predictions. Immutable.
 *
 * @param top number of most probable classes to list
 * @param full whether a prediction holds the full distribution
 */
public record PredictionFormat(int top, boolean full) {

  /**
   * Creates the prediction of one record.
   *
   * @param key the record's key, or null; becomes the prediction's id, as {@link RecordId} says
   * @param source the record's topic, partition and offset; {@link Prediction.Source#NONE} if it
   *     has none
   * @param answer the engine's answer
   * @return the prediction
   */
  public Prediction prediction(Object key, Prediction.Source source, Classification answer) {
    ModelVersion model = answer.model();
    Prediction prediction =
        Prediction.of(
            RecordId.of(key, source),
            new Prediction.Model(model.name(), model.version(), model.sha256()),
            model.manifest().labels(),
            model.manifest().independent(),
            Probabilities.of(answer.probabilities()),
            top,
            source);
    return full ? prediction : prediction.withoutProbabilities();
  }
}
