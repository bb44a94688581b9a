package dev.millrace.core.resnet;

import java.util.function.UnaryOperator;

/**
 * Builds something from a network, for example a list of its layers, an ONNX file or a forward
 * pass. {@link ResNet#build} calls the builder once per layer, in the order in which the layers
 * run.
 *
 * <p>Each layer has a unique name. Layers with weights have torchvision's names: {@code conv1},
 * {@code layer2.0.bn1}, {@code layer2.0.downsample.0}, {@code fc}.
 *
 * @param <T> the builder's representation of a layer's input or output, for example the name of an
 *     ONNX value, a tensor or a shape
 */
public interface NetworkBuilder<T> {

  /**
   * Adds a convolution. Its only weight tensor is {@code name.weight}, of shape {@code [to, from,
   * kernel, kernel]}.
   *
   * @param name the layer's name
   * @param input the layer's input, of shape {@code [N, from, height, width]}
   * @param shape the convolution's channels, kernel and stride
   * @return the layer's output, of shape {@code [N, to, height / stride, width / stride]}; height
   *     and width are rounded up
   */
  T convolution(String name, T input, Convolution shape);

  /**
   * Adds a batch normalisation of a convolution's output, with PyTorch's epsilon of 1e-5. Its
   * weights are {@code name.weight}, {@code .bias}, {@code .running_mean} and {@code .running_var},
   * each of shape {@code [channels]}.
   *
   * @param name the layer's name
   * @param input the layer's input, of shape {@code [N, channels, height, width]}
   * @param channels number of channels of the input
   * @return the layer's output, which has the same shape as the input
   */
  T batchNorm(String name, T input, int channels);

  /**
   * Adds {@code max(0, x)}.
   *
   * @param name the layer's name
   * @param input the layer's input
   * @return the layer's output, which has the same shape as the input
   */
  T relu(String name, T input);

  /**
   * Adds a max pooling.
   *
   * @param name the layer's name
   * @param input the layer's input, of shape {@code [N, channels, height, width]}
   * @param shape the pooling's window and stride
   * @return the layer's output, of shape {@code [N, channels, height / stride, width / stride]};
   *     height and width are rounded up
   */
  T maxPool(String name, T input, MaxPooling shape);

  /**
   * Adds the sum of a block's residual and its shortcut.
   *
   * @param name the layer's name
   * @param residual the output of the block's last batch norm
   * @param shortcut the block's input, or the output of the layer on the block's shortcut
   * @return the sum, which has the same shape as both inputs
   */
  T add(String name, T residual, T shortcut);

  /**
   * Adds a shortcut without weights ({@link Shortcut#A}), for a block that changes the shape of its
   * input.
   *
   * @param name the layer's name
   * @param input the block's input, of shape {@code [N, from, height, width]}
   * @param shape the shortcut's channels and stride
   * @return the layer's output, of shape {@code [N, to, height / stride, width / stride]}; height
   *     and width are rounded up
   */
  T zeroPad(String name, T input, ZeroPadding shape);

  /**
   * Adds the mean of each channel.
   *
   * @param name the layer's name
   * @param input the layer's input, of shape {@code [N, channels, height, width]}
   * @return the layer's output, of shape {@code [N, channels]}
   */
  T globalAveragePool(String name, T input);

  /**
   * Adds a fully connected layer. Its weights are {@code name.weight}, of shape {@code [to, from]},
   * and {@code name.bias}, of shape {@code [to]}.
   *
   * @param name the layer's name
   * @param input the layer's input, of shape {@code [N, from]}
   * @param from number of input values per image
   * @param to number of output values per image
   * @return the layer's output, of shape {@code [N, to]}
   */
  T linear(String name, T input, int from, int to);

  /**
   * Adds the layers before the first block, or the layers of a block. No other layer reads the
   * input, or the outputs of these layers except for the last one.
   *
   * @param input the input of the first layer, and of the block's shortcut
   * @param layers adds the layers, and returns the output of the last one
   * @return the output of the last layer
   */
  default T block(T input, UnaryOperator<T> layers) {
    return layers.apply(input);
  }
}
