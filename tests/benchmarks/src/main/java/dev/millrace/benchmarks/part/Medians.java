package dev.millrace.benchmarks.part;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Medians over several rounds. */
final class Medians {

  private Medians() {}

  /**
   * Returns the median of a value over the rounds.
   *
   * @param reading returns the value of a round
   */
  static <T> double of(List<T> rounds, ToDoubleFunction<T> reading) {
    return median(rounds.stream().mapToDouble(reading).toArray());
  }

  /** Computes the ratio of two values for each round, and returns the median of these ratios. */
  static <A, B> double ratio(
      List<A> over, ToDoubleFunction<A> dividend, List<B> under, ToDoubleFunction<B> divisor) {
    return median(
        IntStream.range(0, Math.min(over.size(), under.size()))
            .mapToDouble(
                i -> dividend.applyAsDouble(over.get(i)) / divisor.applyAsDouble(under.get(i)))
            .toArray());
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
