package dev.millrace.core.resnet;

/**
 * A square max pooling.
 *
 * @param kernel side of the pooling window, an odd number
 * @param stride stride in both directions
 */
public record MaxPooling(int kernel, int stride) {

  /**
   * {@return the number of rows or columns of padding on each of the four sides} The padding never
   * provides a window's maximum.
   */
  public int padding() {
    return kernel / 2;
  }
}
