package dev.millrace.core.evaluation;

/** A measured value with its 95 % confidence interval. */
public sealed interface Interval permits Proportion, Estimate {

  /** {@return the measured value} */
  double value();

  /** {@return lower end of the interval, at most {@link #value}} */
  double low();

  /** {@return upper end of the interval, at least {@link #value}} */
  double high();
}
