package dev.millrace.core.resnet;

import java.util.List;

/**
 * The name and the shape of one weight tensor of a network.
 *
 * @param name the name in PyTorch's {@code state_dict}
 * @param shape the dimensions in PyTorch's order, outputs first
 * @param trained whether the tensor is trainable (changed by gradient descent); false for the
 *     running mean and variance of a batch norm
 */
public record Parameter(String name, List<Integer> shape, boolean trained) {

  /**
   * Copies the shape.
   *
   * @param name the name in PyTorch's {@code state_dict}
   * @param shape the dimensions in PyTorch's order, outputs first
   * @param trained whether the tensor is trainable
   */
  public Parameter {
    shape = List.copyOf(shape);
  }

  /** {@return the number of values in the tensor} */
  public long count() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }
}
