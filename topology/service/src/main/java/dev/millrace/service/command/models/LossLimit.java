package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.SampleSize;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.onnx.quantize.Quantizer;

/**
 * The largest loss of an int8 version. Unless the user gives a limit, it depends on the measure.
 *
 * @param given the value of {@code --max-loss}; null if the user does not give it
 */
record LossLimit(Double given) {

  /** The limit that allows each loss, in percentage points. */
  static final double ANY = 100;

  /**
   * Validates the limit.
   *
   * @throws IllegalArgumentException if the limit is not from 0 to 100
   */
  LossLimit {
    if (given != null && !(given >= 0 && given <= ANY)) {
      throw new IllegalArgumentException("--max-loss: " + given + " must be from 0 to 100");
    }
  }

  /**
   * {@return the limit, in percentage points}
   *
   * @param accuracy whether the accuracy is measured, and not the agreement
   */
  double points(boolean accuracy) {
    if (given != null) {
      return given;
    }
    return accuracy ? Quantizer.Settings.MAX_LOSS : Quantizer.Settings.MAX_DIFFERENT;
  }

  /** {@return the limit for the measure of a judgement, in percentage points} */
  double points(Judgement judgement) {
    return points(judgement.measure().equals(Judgement.ACCURACY));
  }

  /** {@return whether the measured loss is at most this limit} */
  boolean allows(Judgement judgement) {
    return judgement.isWithin(points(judgement));
  }

  /**
   * {@return the smallest number of images that must judge the model}
   *
   * @param accuracy whether the accuracy is measured, and not the agreement
   */
  int fewest(boolean accuracy) {
    return SampleSize.toMeasure(points(accuracy));
  }

  /** {@return the reason for the smallest number of images, for messages} */
  String why(boolean accuracy) {
    return "to measure a loss of at most " + points(accuracy) + " points (--max-loss)";
  }
}
