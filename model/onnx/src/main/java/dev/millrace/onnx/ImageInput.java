package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The input of an exported model, before the model is prepared: how the preprocessed pixels of an
 * image become a tensor of the model.
 *
 * @param name name of the input
 * @param layout the position of the channels
 * @param elements type of the elements
 * @param batched whether the input has a batch axis
 */
record ImageInput(String name, ImageLayout layout, ElementType elements, boolean batched) {

  /**
   * Finds the layout of a model's input. A layout that the model does not declare is tried out: NCHW
   * and NHWC are taken if one of them runs.
   *
   * @param value the declared input
   * @param wanted the layout that the caller asks for, or null
   * @param model runs one image
   * @throws ModelException if images with this preprocessing do not fit the input, or if both
   *     layouts run and none is asked for
   */
  static ImageInput of(
      ValueInfoProto value, Preprocessing preprocessing, ImageLayout wanted, OriginalModel model) {
    InputShape shape = InputShape.of(value);
    ElementType elements =
        ElementType.of(shape.subject(), value.getType().getTensorType().getElemType());
    if (elements.isRaw()) {
      requireRaw(shape, preprocessing);
    }
    List<ImageInput> possible =
        layouts(shape, preprocessing, wanted).stream()
            .map(layout -> new ImageInput(value.getName(), layout, elements, shape.batched()))
            .toList();
    return possible.size() == 1 ? possible.get(0) : running(shape, possible, preprocessing, model);
  }

  /** {@return whether a model runs on one image with these channels, in a layout that fits it} */
  static boolean runs(
      ValueInfoProto value, Channels channels, int height, int width, OriginalModel model) {
    InputShape shape = InputShape.of(value);
    ElementType elements =
        ElementType.of(shape.subject(), value.getType().getTensorType().getElemType());
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

  private static List<ImageLayout> layouts(
      InputShape shape, Preprocessing preprocessing, ImageLayout wanted) {
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
    return layouts;
  }

  private static ImageInput running(
      InputShape shape,
      List<ImageInput> possible,
      Preprocessing preprocessing,
      OriginalModel model) {
    List<ImageInput> running =
        possible.stream().filter(input -> model.runs(input, preprocessing)).toList();
    if (running.size() == 1) {
      return running.get(0);
    }
    throw new ModelException(
        shape.subject()
            + " has the shape "
            + shape
            + ", and the model runs "
            + (running.isEmpty() ? "neither" : "both")
            + " with NCHW "
            + (running.isEmpty() ? "nor" : "and")
            + " with NHWC images of "
            + preprocessing.channels().count()
            + " channels, "
            + sides(preprocessing.height(), preprocessing.width())
            + (running.isEmpty()
                ? ": give the size that it was exported with"
                : ": say which with --layout nchw or --layout nhwc"));
  }

  private static ModelException misfit(
      InputShape shape, Preprocessing preprocessing, ImageLayout wanted) {
    ImageLayout layout = Objects.requireNonNullElse(wanted, shape.declaredLayout());
    int channels = preprocessing.channels().count();
    if (layout == null
        || shape.declared(layout.channels()).orElse(channels) != channels) {
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
                ? "; --size is HEIGHTxWIDTH, here " + high + "x" + wide
                : ""));
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
              + " 0 and each std 1 (leave out --scale, --mean and --std)");
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
