package dev.millrace.onnx.quantize;

import java.util.Locale;

/**
 * The methods that compute the range of an activation from its values for the calibration images.
 */
enum CalibrationMethod {
  /** From the smallest value to the largest. */
  MIN_MAX {
    @Override
    Range range(Histogram values) {
      return values.extremes();
    }
  },
  /** Without the outermost 0.001 % of the values, as ONNX Runtime's own calibration does. */
  PERCENTILE {
    @Override
    Range range(Histogram values) {
      return values.percentile(0.99999);
    }
  },
  /**
   * The range with the smallest Kullback-Leibler divergence between the values and their integers,
   * as S. Migacz described it ("8-bit inference with TensorRT", 2017).
   */
  ENTROPY {
    @Override
    Range range(Histogram values) {
      return Entropy.range(values);
    }
  };

  /** {@return the method with this usual name} */
  static CalibrationMethod of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** {@return the range for an activation} */
  abstract Range range(Histogram values);

  /** {@return the method's usual name, for example {@code min-max}} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
