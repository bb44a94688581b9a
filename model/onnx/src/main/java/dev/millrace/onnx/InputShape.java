package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The shape that a model declares for its input. A dimension may be open, which means that it may
 * have any size. If a file declares no shape at all, every dimension is open.
 *
 * @param subject the name of the input in error messages, for example {@code input 'x'}
 * @param dimensions the sizes of batch, channels, height and width in the input's own order; {@link
 *     #OPEN} for a dimension without a fixed size
 * @param batched whether the input has a batch axis; if not, {@code dimensions} begins with a 1
 *     that is not part of the input
 */
record InputShape(String subject, List<Long> dimensions, boolean batched) {

  /** Stands for a dimension that may have any size. */
  static final long OPEN = -1;

  /** The numbers of channels that an image can have: grey, RGB, and RGB with alpha. */
  private static final Set<Long> CHANNELS = Set.of(1L, 3L, 4L);

  /**
   * Reads a model's declaration.
   *
   * @throws ModelException if no image can have the declared shape
   */
  static InputShape of(ValueInfoProto value) {
    String subject = "input " + OneLine.quoted(value.getName());
    TypeProto.Tensor type = value.getType().getTensorType();
    if (!type.hasShape()) {
      return new InputShape(subject, List.of(OPEN, OPEN, OPEN, OPEN), true);
    }
    List<Dimension> shape = type.getShape().getDimList();
    boolean batched = shape.size() == ImageLayout.RANK;
    if (!batched && shape.size() != ImageLayout.RANK - 1) {
      throw new ModelException(
          subject
              + " has the shape "
              + text(shape)
              + ": export a model whose input is [batch, 3, height, width] or [batch, height,"
              + " width, 3]");
    }
    List<Long> dimensions = new ArrayList<>();
    if (!batched) {
      dimensions.add(1L);
    }
    shape.forEach(dimension -> dimensions.add(size(dimension)));
    if (!batched && dimensions.get(1) == OPEN && !CHANNELS.contains(dimensions.get(3))) {
      // The input is [batch, height, width]. A batch of one grey image has the shape [1, height,
      // width].
      dimensions.set(1, 1L);
    }
    return new InputShape(subject, List.copyOf(dimensions), batched);
  }

  /** {@return whether the input takes only batches of one image} */
  boolean isSingle() {
    return dimensions.get(0) == 1;
  }

  /**
   * Requires that the input can take batches of one image.
   *
   * @throws ModelException if the input takes only batches of another size
   */
  void requireOpenOrSingle() {
    long batch = dimensions.get(0);
    if (batch > 1) {
      throw new ModelException(
          subject
              + " takes batches of exactly "
              + batch
              + ": export the model with a dynamic batch axis, or for one image");
    }
  }

  /**
   * {@return the layouts in which images of the given shape fit the declaration}
   *
   * @param channels number of channels
   */
  List<ImageLayout> possible(int channels, int height, int width) {
    return Arrays.stream(ImageLayout.values())
        .filter(layout -> fits(dimensions.get(layout.channels()), channels))
        .filter(layout -> fits(dimensions.get(layout.height()), height))
        .filter(layout -> fits(dimensions.get(layout.height() + 1), width))
        .toList();
  }

  /**
   * {@return the possible layouts in which the declared size of the channel axis is {@code
   * channels}; all possible layouts if there is no such layout}
   *
   * @param channels number of channels
   */
  List<ImageLayout> likely(int channels, int height, int width) {
    List<ImageLayout> possible = possible(channels, height, width);
    List<ImageLayout> declared =
        possible.stream().filter(layout -> dimensions.get(layout.channels()) == channels).toList();
    return declared.isEmpty() ? possible : declared;
  }

  /**
   * {@return the layout that follows from the declared number of channels or from two fixed sides;
   * null if it does not follow from either}
   */
  ImageLayout declaredLayout() {
    List<ImageLayout> declared =
        Arrays.stream(ImageLayout.values())
            .filter(layout -> CHANNELS.contains(dimensions.get(layout.channels())))
            .toList();
    if (declared.size() == 1) {
      return declared.get(0);
    }
    // If both layouts have a possible number of channels, 3 channels are preferred, because they
    // are the most frequent.
    return declared.stream()
        .filter(layout -> dimensions.get(layout.channels()) == 3)
        .findFirst()
        .orElse(declared.isEmpty() ? layoutOfSides() : declared.get(0));
  }

  /** {@return the layout that follows from two fixed sides and an open channel axis, or null} */
  private ImageLayout layoutOfSides() {
    for (ImageLayout layout : ImageLayout.values()) {
      if (dimensions.get(layout.channels()) == OPEN
          && dimensions.get(layout.height()) != OPEN
          && dimensions.get(layout.height() + 1) != OPEN) {
        return layout;
      }
    }
    return null;
  }

  /** {@return the declared size of a dimension; empty if it is open} */
  OptionalLong declared(int position) {
    long size = dimensions.get(position);
    return size == OPEN ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /** {@return the shape as the model declares it, for example {@code [?, 3, 224, 224]}} */
  @Override
  public String toString() {
    return dimensions.stream()
        .skip(batched ? 0 : 1)
        .map(size -> size == OPEN ? "?" : size.toString())
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static boolean fits(long declared, int size) {
    return declared == OPEN || declared == size;
  }

  /** Some exporters write a size of 0 or less for an open dimension. */
  private static long size(Dimension dimension) {
    return dimension.getDimValue() > 0 ? dimension.getDimValue() : OPEN;
  }

  private static String text(List<Dimension> shape) {
    return OneLine.of(
        shape.stream().map(InputShape::text).collect(Collectors.joining(", ", "[", "]")));
  }

  private static String text(Dimension dimension) {
    if (dimension.hasDimValue()) {
      return Long.toString(dimension.getDimValue());
    }
    return dimension.hasDimParam() ? dimension.getDimParam() : "?";
  }
}
