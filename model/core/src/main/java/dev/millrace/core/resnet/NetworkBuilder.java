package dev.millrace.core.resnet;

/**
 * One interpretation of a network: what each layer makes of its input. {@link ResNet#build} calls
 * it layer by layer in the order in which they run.
 *
 * <p>Layers are known by their names, which are unique in a network. Those that have weights bear
 * torchvision's: {@code conv1}, {@code layer2.0.bn1}, {@code layer2.0.downsample.0}, {@code fc}.
 *
 * @param <T> what stands for a layer's input and output: a value's name, a tensor, a shape
 */
public interface NetworkBuilder<T> {

  /** A convolution; its only weight is {@code name.weight}, {@code [to, from, kernel, kernel]}. */
  T convolution(String name, T input, Convolution shape);

  /**
   * Batch normalisation of what a convolution gave, with PyTorch's epsilon of 1e-5; its weights are
   * {@code name.weight}, {@code .bias}, {@code .running_mean} and {@code .running_var}, {@code
   * [channels]} each.
   */
  T batchNorm(String name, T input, int channels);

  /** {@code max(0, x)}. */
  T relu(String name, T input);

  /** The largest value of each window. */
  T maxPool(String name, T input, MaxPooling shape);

  /** The sum of a block's residual and its shortcut. */
  T add(String name, T residual, T shortcut);

  /** A shortcut of {@link Shortcut#A} that changes the shape. */
  T zeroPad(String name, T input, ZeroPadding shape);

  /** The mean of each channel: {@code [N, channels, height, width]} to {@code [N, channels]}. */
  T globalAveragePool(String name, T input);

  /**
   * A fully connected layer, {@code [N, from]} to {@code [N, to]}; its weights are {@code
   * name.weight}, {@code [to, from]}, and {@code name.bias}, {@code [to]}.
   */
  T linear(String name, T input, int from, int to);
}
