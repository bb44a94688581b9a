package dev.millrace.core.resnet;

/**
 * Builds something from a network, for example a list of its layers, an ONNX file or a forward
 * pass. {@link ResNet#build} calls the builder once per layer, in the order in which the layers
 * run.
 *
 * <p>Each layer has a unique name. Layers with weights have torchvision's names: {@code conv1},
 * {@code layer2.0.bn1}, {@code layer2.0.downsample.0}, {@code fc}.
 *
 * @param <T> represents a layer's input and output, for example by a value's name, a tensor or a
 *     shape
 */
public interface NetworkBuilder<T> {

  /**
   * Adds a convolution. Its only weight is {@code name.weight}, {@code [to, from, kernel, kernel]}.
   *
   * @param name the layer's name
   * @param input the layer's input, {@code [N, from, height, width]}
   * @param shape the convolution
   * @return the layer's output, {@code [N, to, height / stride, width / stride]}, sides rounded up
   */
  T convolution(String name, T input, Convolution shape);

  /**
   * Adds a batch normalisation of a convolution's output, with PyTorch's epsilon of 1e-5. Its
   * weights are {@code name.weight}, {@code .bias}, {@code .running_mean} and {@code .running_var},
   * each {@code [channels]}.
   *
   * @param name the layer's name
   * @param input the layer's input, {@code [N, channels, height, width]}
   * @param channels channels of the input
   * @return the layer's output, in the input's shape
   */
  T batchNorm(String name, T input, int channels);

  /**
   * Adds {@code max(0, x)}.
   *
   * @param name the layer's name
   * @param input the layer's input
   * @return the layer's output, in the input's shape
   */
  T relu(String name, T input);

  /**
   * Adds a max pooling.
   *
   * @param name the layer's name
   * @param input the layer's input, {@code [N, channels, height, width]}
   * @param shape the pooling
   * @return the layer's output, {@code [N, channels, height / stride, width / stride]}, sides
   *     rounded up
   */
  T maxPool(String name, T input, MaxPooling shape);

  /**
   * Adds the sum of a block's residual and its shortcut.
   *
   * @param name the layer's name
   * @param residual the output of the block's last batch norm
   * @param shortcut the block's input, or the output of its shortcut's layer
   * @return the sum, in the shape of both inputs
   */
  T add(String name, T residual, T shortcut);

  /**
   * Adds a shortcut of {@link Shortcut#A} that changes the shape.
   *
   * @param name the layer's name
   * @param input the block's input, {@code [N, from, height, width]}
   * @param shape the shortcut
   * @return the layer's output, {@code [N, to, height / stride, width / stride]}, sides rounded up
   */
  T zeroPad(String name, T input, ZeroPadding shape);

  /**
   * Adds the mean of each channel.
   *
   * @param name the layer's name
   * @param input the layer's input, {@code [N, channels, height, width]}
   * @return the layer's output, {@code [N, channels]}
   */
  T globalAveragePool(String name, T input);

  /**
   * Adds a fully connected layer. Its weights are {@code name.weight}, {@code [to, from]}, and
   * {@code name.bias}, {@code [to]}.
   *
   * @param name the layer's name
   * @param input the layer's input, {@code [N, from]}
   * @param from values of the input per image
   * @param to values of the output per image
   * @return the layer's output, {@code [N, to]}
   */
  T linear(String name, T input, int from, int to);
}
