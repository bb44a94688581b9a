package dev.millrace.core.resnet;

/**
 * A shortcut without parameters: of every {@code stride} pixels in each direction the first stays,
 * and channels of zeros are added, half of them before and half of them after the input's.
 *
 * <p>The paper does not say where the zeros go. Published CIFAR weights in PyTorch have them so
 * (Idelbayev's {@code pytorch_resnet_cifar10}).
 *
 * @param from channels of its input
 * @param to channels of its output
 * @param stride in both directions
 */
public record ZeroPadding(int from, int to, int stride) {

  /** Channels of zeros before the input's. */
  public int before() {
    return (to - from) / 2;
  }

  /** Channels of zeros after the input's. */
  public int after() {
    return to - from - before();
  }
}
