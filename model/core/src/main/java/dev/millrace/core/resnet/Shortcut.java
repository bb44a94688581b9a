package dev.millrace.core.resnet;

/**
 * The kind of shortcut where a block changes the shape of its input: the paper's options A and B.
 */
public enum Shortcut {
  /** No weights: drops pixels and pads with channels of zeros. See {@link ZeroPadding}. */
  A,

  /** A 1x1 convolution and its batch norm, {@code downsample.0} and {@code downsample.1}. */
  B
}
