package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.onnx.TemperatureScaling;

/**
 * A model with a temperature in its graph.
 *
 * @param bytes the model file
 * @param calibration the temperature, and the measures without it; null if the model has no known
 *     temperature
 * @param figures the measures with the temperature; null if the temperature was not fitted for this
 *     model
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
record ScaledModel(byte[] bytes, Calibration calibration, Figures figures) {

  /**
   * {@return a model with a fitted temperature} If the graph already has a temperature, the
   * calibration of the result holds the product of the two temperatures.
   *
   * @param prepared the bytes of the prepared model file
   * @param fit the temperature, which was fitted on the answers of this file
   * @throws dev.millrace.core.model.ModelException if no temperature can be added to the file
   */
  static ScaledModel of(byte[] prepared, CrossFit fit) {
    Calibration fitted = fit.calibration();
    byte[] scaled = TemperatureScaling.apply(prepared, fitted.temperature());
    return new ScaledModel(
        scaled,
        new Calibration(
            TemperatureScaling.of(scaled).orElseThrow(),
            fitted.images(),
            fitted.changed(),
            fitted.before()),
        fit.figures());
  }
}
