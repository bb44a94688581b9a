package dev.millrace.core.resnet;

/**
 * A square convolution without bias. With a stride of 1, the padding keeps the height and the width
 * of the image.
 *
 * @param from channels of the input
 * @param to channels of the output
 * @param kernel side of the kernel, odd
 * @param stride stride in both directions
 */
public record Convolution(int from, int to, int kernel, int stride) {

  /** {@return the number of rows or columns of zeros that are added on each of the four sides} */
  public int padding() {
    return kernel / 2;
  }
}
