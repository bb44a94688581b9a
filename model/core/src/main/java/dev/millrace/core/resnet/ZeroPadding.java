package dev.millrace.core.resnet;

/**
 * A shortcut without weights. It keeps the first of every {@code stride} pixels in each direction,
 * and adds channels of zeros: half of them before the input's channels and half after.
 *
 * <p>The paper does not say where the zeros go. Published CIFAR weights for PyTorch expect this
 * order (Idelbayev's {@code pytorch_resnet_cifar10}).
 *
 * @param from channels of the input
 * @param to channels of the output
 * @param stride stride in both directions
 */
public record ZeroPadding(int from, int to, int stride) {

  /** {@return the channels of zeros before the input's channels} */
  public int before() {
    return (to - from) / 2;
  }

  /** {@return the channels of zeros after the input's channels} */
  public int after() {
    return to - from - before();
  }
}
