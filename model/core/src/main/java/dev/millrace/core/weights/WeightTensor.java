package dev.millrace.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * An array of float32 weights.
 *
 * <p>The values are not copied, so that those of a mapped file stay there: whoever gives them does
 * not write to them afterwards. Any number of threads may read.
 *
 * @param shape the sizes of the dimensions, the last running fastest (row-major); none for a scalar
 * @param values as many as the shape says; each call gives a read-only view of its own, from the
 *     first value to the last
 */
public record WeightTensor(List<Integer> shape, FloatBuffer values) {

  /** NumPy's, too. */
  static final int MAX_RANK = 64;

  public WeightTensor {
    shape = List.copyOf(shape);
    values = values.slice().asReadOnlyBuffer();
    if (values.limit() != size(shape)) {
      throw new IllegalArgumentException(
          "values: shape " + shape + " takes " + size(shape) + ", not " + values.limit());
    }
  }

  @Override
  public FloatBuffer values() {
    return values.duplicate();
  }

  /** The number of values. */
  public int size() {
    return values.limit();
  }

  /** A copy of the values as files store them. */
  byte[] littleEndianBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values());
    return bytes.array();
  }

  /**
   * The number of values in a shape.
   *
   * @throws IllegalArgumentException if it is no shape, or one of too many dimensions or values
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
