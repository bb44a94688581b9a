package dev.millrace.core.resnet;

/** The kinds of block that a network's stages consist of. */
public enum Block {
  /** Two 3x3 convolutions. */
  BASIC(1),

  /**
   * A 1x1, a 3x3 and a 1x1 convolution. The last convolution has four times as many channels as the
   * other two convolutions. If the block reduces the image, the 3x3 convolution has the stride, as
   * in torchvision (a variant known as ResNet v1.5). In the paper by He et al., the first 1x1
   * convolution has the stride.
   */
  BOTTLENECK(4);

  private final int expansion;

  Block(int expansion) {
    this.expansion = expansion;
  }

  /** {@return the number of the block's output channels, as a multiple of the stage's width} */
  public int expansion() {
    return expansion;
  }
}
