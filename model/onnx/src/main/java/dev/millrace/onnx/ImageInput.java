package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.TensorProto.DataType;
import dev.millrace.onnx.proto.TensorShapeProto.Dimension;
import dev.millrace.onnx.proto.TypeProto;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The input of an exported model, before the model is prepared. {@link #of} checks that batches of
 * normalised RGB images fit the input.
 *
 * @param name name of the input
 * @param layout the position of the channels
 * @param half whether the elements are float16; otherwise they are float32
 */
record ImageInput(String name, Layout layout, boolean half) {

  /** The order of a batch's dimensions. */
  enum Layout {
    /** Batch, channels, height, width: PyTorch's order. */
    NCHW,
    /** Batch, height, width, channels: TensorFlow's order. */
    NHWC
  }

  private static final int RANK = 4;

  /**
   * Checks the type that a model declares for its input.
   *
   * @throws ModelException if images with this preprocessing do not fit the declared type
   */
  static ImageInput of(ValueInfoProto value, Preprocessing preprocessing) {
    String subject = "input " + OneLine.quoted(value.getName());
    TypeProto.Tensor type = value.getType().getTensorType();
    if (type.getElemType() != DataType.FLOAT_VALUE
        && type.getElemType() != DataType.FLOAT16_VALUE) {
      throw new ModelException(
          subject
              + " takes "
              + typeName(type)
              + ": export a model that takes normalised float32 or float16 images");
    }
    List<Dimension> shape = type.getShape().getDimList();
    if (shape.size() != RANK) {
      throw new ModelException(
          subject
              + " has the shape "
              + text(shape)
              + ": export a model whose input is [batch, 3, height, width] or [batch, height,"
              + " width, 3]");
    }
    Layout layout = layout(subject, shape);
    if (shape.get(0).hasDimValue()) {
      throw new ModelException(
          subject
              + " takes batches of exactly "
              + shape.get(0).getDimValue()
              + ": export the model with a dynamic batch axis");
    }
    requireSize(subject, shape, layout == Layout.NCHW ? 2 : 1, preprocessing);
    return new ImageInput(value.getName(), layout, type.getElemType() == DataType.FLOAT16_VALUE);
  }

  /** {@return the input's name, layout and element type, for example {@code input NCHW float32}} */
  @Override
  public String toString() {
    return name + " " + layout + (half ? " float16" : " float32");
  }

  private static Layout layout(String subject, List<Dimension> shape) {
    if (isChannels(shape.get(1))) {
      return Layout.NCHW;
    }
    if (isChannels(shape.get(3))) {
      return Layout.NHWC;
    }
    throw new ModelException(
        subject
            + " has the shape "
            + text(shape)
            + ", in which neither the second nor the last dimension is 3: export a model of RGB"
            + " images with a fixed channel axis");
  }

  private static boolean isChannels(Dimension dimension) {
    return dimension.hasDimValue() && dimension.getDimValue() == Preprocessing.CHANNELS;
  }

  private static void requireSize(String subject, List<Dimension> shape, int first, Preprocessing preprocessing) {
    int[] expected = {preprocessing.height(), preprocessing.width()};
    for (int i = 0; i < expected.length; i++) {
      Dimension side = shape.get(first + i);
      if (side.hasDimValue() && side.getDimValue() != expected[i]) {
        throw new ModelException(
            subject
                + " takes images of "
                + text(shape.get(first + 1))
                + "x"
                + text(shape.get(first))
                + " pixels, not "
                + preprocessing.size()
                + ": give the size that the model was exported with");
      }
    }
  }

  private static String typeName(TypeProto.Tensor type) {
    if (type.getElemType() == DataType.UNDEFINED_VALUE) {
      return "no tensor";
    }
    DataType known = DataType.forNumber(type.getElemType());
    return known == null ? "elements of type " + type.getElemType() : known.name();
  }

  private static String text(List<Dimension> shape) {
    return OneLine.of(
        shape.stream().map(ImageInput::text).collect(Collectors.joining(", ", "[", "]")));
  }

  private static String text(Dimension dimension) {
    if (dimension.hasDimValue()) {
      return Long.toString(dimension.getDimValue());
    }
    return dimension.hasDimParam() ? dimension.getDimParam() : "?";
  }
}
