package dev.millrace.onnx.quantize;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds the weights of one output channel to integers, so that the rounding errors add up to
 * almost 0. An activation that is the same everywhere then gives almost the same sum of products as
 * before. Rounding each weight to its nearest integer could shift this sum by several steps.
 *
 * <p>First, the errors of each kernel are balanced: the weights of one input channel. Then the
 * errors of the whole output channel are balanced. Each step rounds some weights to the other side,
 * the nearest ones first, so no weight changes by a whole integer or more. The method follows
 * "SQuant: On-the-Fly Data-Free Quantization via Diagonal Hessian Approximation" (Guo et al., ICLR
 * 2022).
 */
final class BalancedRounding {

  private final int[] integers;
  private final double[] errors;
  private final int kernel;
  private final int largest;

  private BalancedRounding(double[] weights, int kernel, int largest) {
    this.integers = new int[weights.length];
    this.errors = new double[weights.length];
    this.kernel = kernel;
    this.largest = largest;
    for (int i = 0; i < weights.length; i++) {
      int nearest = (int) Math.rint(weights[i]);
      integers[i] = Math.max(-largest, Math.min(largest, nearest));
      errors[i] = integers[i] - weights[i];
    }
  }

  /**
   * {@return the integers}
   *
   * @param weights the weights of one output channel, divided by their scale
   * @param kernel number of consecutive weights that belong to one input channel
   * @param largest the largest magnitude of an integer
   */
  static int[] of(double[] weights, int kernel, int largest) {
    BalancedRounding rounding = new BalancedRounding(weights, kernel, largest);
    rounding.balanceKernels();
    rounding.balanceChannel();
    return rounding.integers;
  }

  private void balanceKernels() {
    for (int from = 0; kernel > 1 && from < integers.length; from += kernel) {
      double sum = sum(from);
      turn(IntStream.range(from, from + kernel).toArray(), sum);
    }
  }

  /**
   * Rounds one weight of some kernels to the other side. The sum of such a kernel's errors changes
   * its sign, so the kernels with the largest sums come first.
   */
  private void balanceChannel() {
    double all = Arrays.stream(errors).sum();
    int[] candidates =
        IntStream.iterate(0, from -> from < integers.length, from -> from + kernel)
            .filter(from -> sum(from) * all > 0)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer from) -> -Math.abs(sum(from))))
            .mapToInt(from -> farthest(from, Math.signum(all)))
            .filter(i -> i >= 0)
            .toArray();
    int most = (int) Math.min(candidates.length, Math.round(Math.abs(all)));
    for (int i = 0; i < most; i++) {
      turn(candidates[i], Math.signum(all));
    }
  }

  /** Turns the weights with the largest errors of the sum's sign, as many as make the sum small. */
  private void turn(int[] candidates, double sum) {
    double sign = Math.signum(sum);
    Arrays.stream(candidates)
        .filter(i -> canTurn(i, sign))
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -Math.abs(errors[i])))
        .limit(Math.round(Math.abs(sum)))
        .forEach(i -> turn(i, sign));
  }

  private void turn(int i, double sign) {
    integers[i] -= (int) sign;
    errors[i] -= sign;
  }

  /** {@return whether a weight that was rounded in the direction of the sign can turn} */
  private boolean canTurn(int i, double sign) {
    return errors[i] * sign > 0 && Math.abs(integers[i] - (int) sign) <= largest;
  }

  private int farthest(int from, double sign) {
    return IntStream.range(from, from + kernel)
        .filter(i -> canTurn(i, sign))
        .boxed()
        .max(Comparator.comparingDouble(i -> Math.abs(errors[i])))
        .orElse(-1);
  }

  private double sum(int from) {
    double sum = 0;
    for (int i = from; i < from + kernel; i++) {
      sum += errors[i];
    }
    return sum;
  }
}
