package dev.millrace.core.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The calibration of a version: the temperature in its graph, and the effect of the temperature.
 *
 * @param temperature the number by which the logits are divided before the softmax
 * @param images number of images that the temperature was fitted on
 * @param changed number of evaluated images whose most probable class is another one with the
 *     temperature than without it. Only rounding can cause such a change, because it can make two
 *     probabilities equal or unequal
 * @param before the measures of the evaluated images without the temperature
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Calibration(double temperature, int images, int changed, Figures before) {

  /**
   * Validates the temperature.
   *
   * @param temperature the number by which the logits are divided before the softmax
   * @param images number of images that the temperature was fitted on
   * @param changed number of evaluated images whose most probable class is another one with the
   *     temperature than without it
   * @param before the measures of the evaluated images without the temperature
   * @throws IllegalArgumentException if the temperature is not above 0
   */
  public Calibration {
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException("temperature: " + temperature + " must be above 0");
    }
  }
}
