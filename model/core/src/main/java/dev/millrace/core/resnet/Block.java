package dev.millrace.core.resnet;

/** What a network's stages are made of. */
public enum Block {
  /** Two 3x3 convolutions. */
  BASIC(1),

  /**
   * A 1x1, a 3x3 and a 1x1 convolution, of which the last is four times as wide. The stride is the
   * 3x3 convolution's, as in torchvision, not the first one's, as in the paper ("v1.5").
   */
  BOTTLENECK(4);

  private final int expansion;

  Block(int expansion) {
    this.expansion = expansion;
  }

  /** How many times wider than its stage a block's output is. */
  public int expansion() {
    return expansion;
  }
}
