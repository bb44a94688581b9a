package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.DeclaredInput;
import dev.millrace.onnx.ImageLayout;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;

/**
 * How the images of an imported model are preprocessed: a mixin of options. What the options leave
 * open, the model's file decides; what the file leaves open is assumed, and said.
 */
@Grouped(Section.PREPROCESSING)
final class InputOptions {

  private static final int USUAL_SIZE = 224;

  /** The order of red, green and blue. */
  enum ChannelOrder {
    RGB,
    BGR
  }

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      converter = InputSize.Converter.class,
      description =
          "Side of the model's input, in pixels, or HEIGHTxWIDTH, for example 48x192 (default: the"
              + " input side of --arch, or what FILE declares, or else "
              + USUAL_SIZE
              + ").")
  private InputSize size;

  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "Length, in pixels, to which an image's shorter side is resized before the crop"
              + " (default: 8/7 of the input's longer side, for example 256 for 224).")
  private Integer resize;

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to subtract from each channel, in the model's channel order, on the 0..1 scale"
              + " (default: ImageNet's, 0.485,0.456,0.406). Values above 1 are taken for the 0..255"
              + " scale, unless --scale is given.")
  private List<Float> mean;

  @Option(
      names = "--std",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to divide each channel by, on the scale of --mean (default: ImageNet's,"
              + " 0.229,0.224,0.225).")
  private List<Float> std;

  @Option(
      names = "--scale",
      paramLabel = "FACTOR",
      description =
          "Factor of a pixel's value before --mean and --std, for example 1 for pixels from 0 to 255"
              + " (default: 1/255). With --scale, the defaults of --mean and --std are 0 and 1.")
  private Double scale;

  @Option(
      names = "--channel-order",
      paramLabel = "rgb|bgr",
      completionCandidates = ChannelOrders.class,
      description = "Order of the input's three channels (default: rgb).")
  private ChannelOrder channelOrder;

  @Option(
      names = "--layout",
      paramLabel = "nchw|nhwc",
      completionCandidates = Layouts.class,
      description =
          "Layout of the model's input, if FILE does not declare it and the model runs with both.")
  private ImageLayout layout;

  /** {@return the layout of the input, or null if none is given} */
  ImageLayout layout() {
    return layout;
  }

  /**
   * {@return the side of a network that is made for these options}
   *
   * @param usual the network's own side, in pixels
   * @throws IllegalArgumentException if the input is not square
   */
  int side(int usual) {
    if (size != null && size.height() != size.width()) {
      throw new IllegalArgumentException(
          "size: " + size + " is not square, and the networks of --arch are");
    }
    return size == null ? usual : size.width();
  }

  /**
   * Chooses the preprocessing.
   *
   * @param declared what the model's file says
   * @param running finds the channels of a model that does not declare them, from the height and
   *     the width of its input
   * @throws IllegalArgumentException if an option's value is out of range, or contradicts the file
   */
  ChosenInput choose(DeclaredInput declared, BiFunction<Integer, Integer, Channels> running) {
    List<String> assumed = new ArrayList<>();
    InputSize input = size == null ? declaredSize(declared, assumed) : size;
    Channels channels =
        ordered(declared.channels().orElseGet(() -> running.apply(input.height(), input.width())));
    int shorterSide = resize == null ? usualResize(input) : resize;
    if (resize == null) {
      assumed.add("resize " + shorterSide);
    }
    Normalization normalization =
        declared.raw() && scale == null && mean == null && std == null
            ? Normalization.none(channels)
            : Normalization.of(channels, scale, mean, std);
    assumed.addAll(normalization.assumed());
    Preprocessing preprocessing =
        new Preprocessing(
            input.width(),
            input.height(),
            shorterSide,
            Preprocessing.Fit.CROP,
            Preprocessing.Interpolation.BILINEAR,
            Preprocessing.Exif.APPLY,
            channels,
            normalization.scale(),
            normalization.mean(),
            normalization.std());
    return new ChosenInput(preprocessing, assumed);
  }

  private static int usualResize(InputSize input) {
    return Preprocessing.usualResize(Math.max(input.height(), input.width()));
  }

  /** An open side is as long as the other one. */
  private static InputSize declaredSize(DeclaredInput declared, List<String> assumed) {
    OptionalInt side = declared.height().isPresent() ? declared.height() : declared.width();
    InputSize input =
        new InputSize(
            declared.height().orElse(side.orElse(USUAL_SIZE)),
            declared.width().orElse(side.orElse(USUAL_SIZE)));
    if (declared.height().isEmpty() || declared.width().isEmpty()) {
      assumed.add("size " + input);
    }
    return input;
  }

  private Channels ordered(Channels channels) {
    if (channelOrder != ChannelOrder.BGR) {
      return channels;
    }
    if (channels != Channels.RGB) {
      throw new IllegalArgumentException(
          "channel-order: bgr needs a model of three channels, and this one has "
              + channels.count());
    }
    return Channels.BGR;
  }

  /** The allowed values of {@code --channel-order}. */
  static final class ChannelOrders extends LowerCaseNames {
    ChannelOrders() {
      super(ChannelOrder.class);
    }
  }

  /** The allowed values of {@code --layout}. */
  static final class Layouts extends LowerCaseNames {
    Layouts() {
      super(ImageLayout.class);
    }
  }
}
