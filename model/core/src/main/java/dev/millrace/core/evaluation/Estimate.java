package dev.millrace.core.evaluation;

/**
 * A measured value that is not a share of images, with its 95 % confidence interval.
 *
 * @param value the measured value
 * @param low lower end of the interval, at most {@code value}
 * @param high upper end of the interval, at least {@code value}
 */
public record Estimate(double value, double low, double high) implements Interval {}
