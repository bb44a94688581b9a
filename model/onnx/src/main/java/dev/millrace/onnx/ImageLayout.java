package dev.millrace.onnx;

/** The order of the dimensions of a batch of images. */
public enum ImageLayout {
  /** Batch, channels, height, width: PyTorch's order. */
  NCHW,
  /** Batch, height, width, channels: TensorFlow's order. */
  NHWC;

  /** The number of dimensions of a batch. */
  static final int RANK = 4;

  /** {@return the position of the channels in a batch's shape} */
  int channels() {
    return this == NCHW ? 1 : 3;
  }

  /** {@return the position of the height in a batch's shape; the width follows} */
  int height() {
    return this == NCHW ? 2 : 1;
  }
}
