package dev.millrace.core.resnet;

import java.util.List;

/**
 * What one of a network's weights must be.
 *
 * @param name as in PyTorch's {@code state_dict}
 * @param shape in PyTorch's order, outputs first
 * @param trained whether it is trained by gradients; else it is one of batch norm's statistics
 */
public record Parameter(String name, List<Integer> shape, boolean trained) {

  public Parameter {
    shape = List.copyOf(shape);
  }

  /** How many numbers it holds. */
  public long count() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }
}
