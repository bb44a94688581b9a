package dev.millrace.core.resnet;

/**
 * A shortcut without weights. The shortcut keeps the first of every {@code stride} pixels in each
 * direction. It also adds channels of zeros, half of them before the input's channels and half
 * after.
 *
 * <p>The paper does not say where the zeros go. The CIFAR weights that Idelbayev published for
 * PyTorch ({@code pytorch_resnet_cifar10}) expect half of the zeros before and half after.
 *
 * @param from number of input channels
 * @param to number of output channels
 * @param stride stride in both directions
 */
public record ZeroPadding(int from, int to, int stride) {

  /** {@return the number of channels of zeros before the input's channels} */
  public int before() {
    return (to - from) / 2;
  }

  /** {@return the number of channels of zeros after the input's channels} */
  public int after() {
    return to - from - before();
  }
}
