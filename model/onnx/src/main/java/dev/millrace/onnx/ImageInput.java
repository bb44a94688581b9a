package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The input of an exported model, before the model is prepared. The input describes how the
 * preprocessed pixels of an image become a tensor of the model.
 *
 * @param name name of the input
 * @param layout the position of the channels
 * @param elements type of the elements
 * @param batched whether the input has a batch axis
 */
record ImageInput(String name, ImageLayout layout, ElementType elements, boolean batched) {

  /**
   * Reads a model's declaration.
   *
   * @param value the declared input
   * @param wanted the layout that the caller requests, or null
   * @return the possible inputs, one for each layout that fits the declaration. If the model
   *     declares its layout, the list contains only the input in this layout
   * @throws ModelException if images with this preprocessing do not fit the input
   */
  static List<ImageInput> possible(
      ValueInfoProto value, Preprocessing preprocessing, ImageLayout wanted) {
    InputShape shape = InputShape.of(value);
    shape.requireOpenOrSingle();
    ElementType elements = elements(value, shape);
    if (elements.isRaw()) {
      requireRaw(shape, preprocessing);
    }
    int channels = preprocessing.channels().count();
    int height = preprocessing.height();
    int width = preprocessing.width();
    List<ImageLayout> layouts =
        wanted == null
            ? shape.likely(channels, height, width)
            : shape.possible(channels, height, width).stream().filter(wanted::equals).toList();
    if (layouts.isEmpty()) {
      throw misfit(shape, preprocessing, wanted);
    }
    return layouts.stream()
        .map(layout -> new ImageInput(value.getName(), layout, elements, shape.batched()))
        .toList();
  }

  /**
   * Finds out which layout a model takes. If several are possible, the method runs the model on one
   * image in each layout.
   *
   * @param possible the possible inputs, at least one
   * @throws ModelException if the model runs with none of several possible layouts, or with more
   *     than one
   */
  static ImageInput running(
      List<ImageInput> possible, Preprocessing preprocessing, OriginalModel model) {
    if (possible.size() == 1) {
      return possible.get(0);
    }
    List<ImageInput> running =
        possible.stream().filter(input -> model.runs(input, preprocessing)).toList();
    if (running.size() == 1) {
      return running.get(0);
    }
    boolean none = running.isEmpty();
    throw new ModelException(
        "input "
            + OneLine.quoted(possible.get(0).name())
            + " does not declare its layout, and the model runs "
            + (none ? "neither with NCHW nor" : "both with NCHW and")
            + " with NHWC images of "
            + preprocessing.channels().count()
            + " channels, "
            + sides(preprocessing.height(), preprocessing.width())
            + (none
                ? ": give the size that it was exported with"
                : ": say which layout it is, nchw or nhwc"),
        none ? Setting.SIZE : Setting.LAYOUT);
  }

  /**
   * {@return whether a model runs on one image with these channels, in any layout that fits its
   * declaration}
   */
  static boolean runs(
      ValueInfoProto value, Channels channels, int height, int width, OriginalModel model) {
    InputShape shape = InputShape.of(value);
    ElementType elements = elements(value, shape);
    List<Float> zeros = Collections.nCopies(channels.count(), 0f);
    List<Float> ones = Collections.nCopies(channels.count(), 1f);
    Preprocessing raw =
        new Preprocessing(
            width,
            height,
            Math.max(width, height),
            Preprocessing.Fit.CROP,
            Preprocessing.Interpolation.BILINEAR,
            Preprocessing.Exif.APPLY,
            channels,
            1,
            zeros,
            ones);
    return shape.likely(channels.count(), height, width).stream()
        .map(layout -> new ImageInput(value.getName(), layout, elements, shape.batched()))
        .anyMatch(input -> model.runs(input, raw));
  }

  private static ElementType elements(ValueInfoProto value, InputShape shape) {
    return ElementType.of(shape.subject(), value.getType().getTensorType().getElemType());
  }

  private static ModelException misfit(
      InputShape shape, Preprocessing preprocessing, ImageLayout wanted) {
    ImageLayout layout = Objects.requireNonNullElse(wanted, shape.declaredLayout());
    int channels = preprocessing.channels().count();
    if (layout == null || shape.declared(layout.channels()).orElse(channels) != channels) {
      return new ModelException(
          shape.subject()
              + " has the shape "
              + shape
              + ", in which "
              + (wanted == null ? "no layout" : wanted)
              + " has an axis of "
              + channels
              + (channels == 1 ? " channel" : " channels")
              + ": export a model of grey, RGB or RGBA images, or give the options that fit it");
    }
    int height = preprocessing.height();
    int width = preprocessing.width();
    long high = shape.declared(layout.height()).orElse(height);
    long wide = shape.declared(layout.height() + 1).orElse(width);
    return new ModelException(
        shape.subject()
            + " takes images "
            + sides(high, wide)
            + ", not "
            + sides(height, width)
            + ": give the size that the model was exported with"
            + (high == width && wide == height
                ? "; a size is HEIGHTxWIDTH, here " + high + "x" + wide
                : ""),
        Setting.SIZE);
  }

  private static void requireRaw(InputShape shape, Preprocessing preprocessing) {
    boolean raw =
        preprocessing.scale() == 1
            && preprocessing.mean().stream().allMatch(mean -> mean == 0)
            && preprocessing.std().stream().allMatch(std -> std == 1);
    if (!raw) {
      throw new ModelException(
          shape.subject()
              + " takes uint8, which cannot hold normalised pixels: the scale must be 1, each mean"
              + " 0 and each std 1, which are the defaults",
          Setting.SCALE,
          Setting.MEAN,
          Setting.STD);
    }
  }

  private static String sides(long height, long width) {
    return height + " pixels high and " + width + " wide";
  }

  /** {@return the input's name, layout and element type, for example {@code input NCHW float32}} */
  @Override
  public String toString() {
    return name + " " + (batched ? layout.name() : layout.name().substring(1)) + " " + elements;
  }
}
