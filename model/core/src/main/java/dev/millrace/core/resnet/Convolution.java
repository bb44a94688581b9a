package dev.millrace.core.resnet;

/**
 * A square convolution without bias. Its padding keeps the sides of the image at a stride of 1.
 *
 * @param from channels of the input
 * @param to channels of the output
 * @param kernel side of the kernel, odd
 * @param stride stride in both directions
 */
public record Convolution(int from, int to, int kernel, int stride) {

  /** {@return the rows or columns of zeros on each of the four sides} */
  public int padding() {
    return kernel / 2;
  }
}
