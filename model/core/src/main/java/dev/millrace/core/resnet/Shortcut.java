package dev.millrace.core.resnet;

/** What a shortcut does where a block changes its input's shape: the paper's options. */
public enum Shortcut {
  /** No parameters: it leaves out pixels and pads channels of zeros. */
  A,

  /** A 1x1 convolution and its batch norm, {@code downsample.0} and {@code downsample.1}. */
  B
}
