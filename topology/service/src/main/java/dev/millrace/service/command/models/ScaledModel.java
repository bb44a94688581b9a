package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.CrossFit;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.onnx.TemperatureScaling;

/**
 * A model with a temperature in its graph.
 *
 * @param bytes the model file
 * @param calibration the temperature, and the measures without it; null if the model got none
 * @param figures the measures with the temperature; null if the model got none
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
record ScaledModel(byte[] bytes, Calibration calibration, Figures figures) {

  /**
   * {@return a model with a fitted temperature} If the graph has a temperature already, the
   * calibration holds the product of both.
   *
   * @param prepared the bytes of the prepared model file
   * @param fit the temperature, which was fitted on the answers of this file
   * @throws dev.millrace.core.model.ModelException if the file cannot get a temperature
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
