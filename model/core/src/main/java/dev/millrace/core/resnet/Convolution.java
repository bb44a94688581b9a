package dev.millrace.core.resnet;

/**
 * A square convolution without bias, padded so that a stride of 1 keeps the sides.
 *
 * @param from channels of its input
 * @param to channels of its output
 * @param kernel side of its kernel, odd
 * @param stride in both directions
 */
public record Convolution(int from, int to, int kernel, int stride) {

  /** Zeros on each of the four sides. */
  public int padding() {
    return kernel / 2;
  }
}
