package dev.millrace.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * An array of float32 weights.
 *
 * <p>The values are not copied, so that the values of a memory-mapped file use no heap. The caller
 * must not write to the values afterwards. Any number of threads may read the values at the same
 * time.
 *
 * @param shape the sizes of the dimensions in row-major order (the last dimension varies fastest);
 *     empty for a scalar
 * @param values the values; their number is the product of the dimensions. Each call of {@link
 *     #values} returns a new read-only view of all values
 */
public record WeightTensor(List<Integer> shape, FloatBuffer values) {

  /** The largest number of dimensions. NumPy has the same limit. */
  static final int MAX_RANK = 64;

  /**
   * Validates the shape and the number of values.
   *
   * @param shape the sizes of the dimensions in row-major order (the last dimension varies fastest)
   * @param values the values; their number is the product of the dimensions
   * @throws IllegalArgumentException if the shape is invalid or does not match the number of values
   */
  public WeightTensor {
    shape = List.copyOf(shape);
    values = values.slice().asReadOnlyBuffer();
    if (values.limit() != size(shape)) {
      throw new IllegalArgumentException(
          "values: shape " + shape + " needs " + size(shape) + " values, not " + values.limit());
    }
  }

  /** {@return a read-only view of all values; each call returns another view} */
  @Override
  public FloatBuffer values() {
    return values.duplicate();
  }

  /** {@return the number of values} */
  public int size() {
    return values.limit();
  }

  /** {@return a copy of the values in little-endian order, as the files store them} */
  byte[] littleEndianBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values());
    return bytes.array();
  }

  /**
   * {@return the number of values of a shape}
   *
   * @throws IllegalArgumentException if a dimension is below 0, or there are too many dimensions or
   *     values
   */
  static int size(List<Integer> shape) {
    if (shape.size() > MAX_RANK) {
      throw new IllegalArgumentException(
          "shape: " + shape.size() + " dimensions are more than " + MAX_RANK);
    }
    long size = 1;
    for (int dimension : shape) {
      size *= dimension;
      if (dimension < 0 || size > Weights.MAX_SIZE) {
        throw new IllegalArgumentException(
            "shape: "
                + shape
                + " has a dimension below 0, or more than "
                + Weights.MAX_SIZE
                + " values");
      }
    }
    return (int) size;
  }
}
