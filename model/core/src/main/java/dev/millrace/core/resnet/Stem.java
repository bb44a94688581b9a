package dev.millrace.core.resnet;

/** The layers before a network's first stage. */
public enum Stem {
  /** For large images: a 7x7 convolution and a max pooling, which reduce each side to a quarter. */
  IMAGENET,

  /** For small images: a 3x3 convolution, which keeps the height and the width. */
  CIFAR,

  /**
   * For small images where speed matters: a 3x3 convolution with a stride of 2. This stem halves
   * each side, so the network takes a quarter of the time. The paper does not have this stem.
   */
  CIFAR_HALVED
}
