package dev.millrace.core.resnet;

/**
 * A square convolution without bias. With a stride of 1, the padding keeps the height and the width
 * of the image.
 *
 * @param from number of input channels
 * @param to number of output channels
 * @param kernel side of the kernel, an odd number
 * @param stride stride in both directions
 */
public record Convolution(int from, int to, int kernel, int stride) {

  /** {@return the number of rows or columns of zeros that are added on each of the four sides} */
  public int padding() {
    return kernel / 2;
  }
}
