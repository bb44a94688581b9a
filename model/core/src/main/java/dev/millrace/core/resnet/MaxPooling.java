package dev.millrace.core.resnet;

/**
 * A square max pooling.
 *
 * @param kernel side of its window, odd
 * @param stride in both directions
 */
public record MaxPooling(int kernel, int stride) {

  /** Pixels on each of the four sides that never win. */
  public int padding() {
    return kernel / 2;
  }
}
