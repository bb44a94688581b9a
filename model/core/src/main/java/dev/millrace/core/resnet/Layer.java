package dev.millrace.core.resnet;

import java.util.List;

/**
 * One layer of a network.
 *
 * @param name unique in the network
 * @param kind what it does
 * @param output shape of what it gives, an image: {@code [channels, height, width]} or {@code
 *     [channels]}
 * @param parameters its weights, statistics included
 * @param multiplyAdds an image; as in the papers, only those of convolutions and fully connected
 *     layers count
 */
public record Layer(
    String name, Kind kind, List<Integer> output, List<Parameter> parameters, long multiplyAdds) {

  /** What a layer does. */
  public enum Kind {
    CONVOLUTION,
    BATCH_NORM,
    RELU,
    MAX_POOL,
    ADD,
    ZERO_PAD,
    GLOBAL_AVERAGE_POOL,
    LINEAR
  }

  public Layer {
    output = List.copyOf(output);
    parameters = List.copyOf(parameters);
  }

  /** How many of its numbers are trained. */
  public long parameterCount() {
    return parameters.stream().filter(Parameter::trained).mapToLong(Parameter::count).sum();
  }
}
