package dev.millrace.core.resnet;

import java.util.List;

/**
 * One layer of a network.
 *
 * @param name the layer's name, unique in the network
 * @param kind the layer's operation
 * @param output shape of the output for one image: {@code [channels, height, width]} or {@code
 *     [channels]}
 * @param parameters the layer's weights, including the statistics of batch norms
 * @param multiplyAdds number of multiply-add operations per image. As in the ResNet paper, only the
 *     operations of convolutions and fully connected layers are counted
 */
public record Layer(
    String name, Kind kind, List<Integer> output, List<Parameter> parameters, long multiplyAdds) {

  /** The operation of a layer. */
  public enum Kind {
    /** A convolution without bias. */
    CONVOLUTION,
    /** Batch normalisation. */
    BATCH_NORM,
    /** {@code max(0, x)}. */
    RELU,
    /** The maximum of each pooling window. */
    MAX_POOL,
    /** The sum of a block's residual and its shortcut. */
    ADD,
    /** A shortcut without weights: {@link ZeroPadding}. */
    ZERO_PAD,
    /** The mean of each channel. */
    GLOBAL_AVERAGE_POOL,
    /** A fully connected layer. */
    LINEAR
  }

  /**
   * Copies the lists.
   *
   * @param name the layer's name, unique in the network
   * @param kind the layer's operation
   * @param output shape of the output for one image
   * @param parameters the layer's weights, including the statistics of batch norms
   * @param multiplyAdds number of multiply-add operations per image
   */
  public Layer {
    output = List.copyOf(output);
    parameters = List.copyOf(parameters);
  }

  /** {@return the number of trainable values, without the statistics of batch norms} */
  public long parameterCount() {
    return parameters.stream().filter(Parameter::trained).mapToLong(Parameter::count).sum();
  }
}
