package dev.millrace.core.resnet;

/** What stands before a network's first stage. */
public enum Stem {
  /** For large images: a 7x7 convolution and a max pooling, which leave a quarter of each side. */
  IMAGENET,

  /** For small images: a 3x3 convolution, which leaves the sides as they are. */
  CIFAR,

  /**
   * For small images where speed counts: the same with a stride of 2, which leaves half of each
   * side and takes a quarter of the time. Not the paper's.
   */
  CIFAR_HALVED
}
