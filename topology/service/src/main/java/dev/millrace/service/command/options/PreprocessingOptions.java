package dev.millrace.service.command.options;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.onnx.ImageLayout;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.preprocessing.Hints;
import dev.millrace.service.preprocessing.Normalization;
import dev.millrace.service.preprocessing.TorchvisionPresets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Option;

/** A mixin of options for the preprocessing with which a model was trained. */
@Grouped(Section.PREPROCESSING)
public final class PreprocessingOptions {

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Preprocessing of torchvision's weights, such as torchvision/efficientnet_b0 or"
              + " torchvision/resnet50/IMAGENET1K_V1. Other options override its values.")
  private String preset;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      converter = InputSize.Converter.class,
      description =
          "Size of the model's input, in pixels: the side of a square, or HEIGHTxWIDTH, for example"
              + " 48x192 (default: the size in FILE, --preset or a file beside FILE, otherwise the"
              + " size of --arch, otherwise 224).")
  private InputSize size;

  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "Length, in pixels, to which an image's shorter side is resized before the crop"
              + " (default: --size if --size is below 64, otherwise 8/7 of --size, for example 256 for 224).")
  private Integer resize;

  @Option(
      names = "--crop-pct",
      paramLabel = "SHARE",
      description =
          "Share of the resized shorter side that the crop keeps, such as 0.875 (timm's crop_pct)."
              + " Replaces --resize.")
  private Double cropPct;

  @Option(
      names = "--fit",
      paramLabel = "crop|squash|pad",
      completionCandidates = Fits.class,
      description =
          "How to fit an image of another shape to the input: crop cuts out the centre, squash"
              + " changes the proportions, pad adds black borders (default: crop).")
  private Fit fit;

  @Option(
      names = "--interpolation",
      paramLabel = "NAME",
      completionCandidates = Interpolations.class,
      description =
          "Resize filter, as in Pillow: bilinear, bicubic, nearest or lanczos (default: bilinear).")
  private Interpolation interpolation;

  @Option(
      names = "--exif",
      paramLabel = "apply|ignore",
      completionCandidates = Orientations.class,
      description =
          "Whether to apply or ignore the orientation in an image's EXIF data (default: apply).")
  private Exif exif;

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to subtract from each channel, in the order of --channel-order, on the 0..1 scale"
              + " (default: ImageNet's, 0.485,0.456,0.406). If a value is above 1, all values count"
              + " as 0..255 values, unless --scale is given.")
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
          "Factor that multiplies each pixel before --mean and --std apply, for example 1 to keep"
              + " pixels from 0 to 255 (default: 1/255). With --scale, the defaults of --mean and"
              + " --std are 0 and 1.")
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

  /** {@return the layout of the input, or null if {@code --layout} is not set} */
  public ImageLayout layout() {
    return layout;
  }

  /**
   * {@return the values of the options, in order of precedence: first the single options, then
   * {@code --preset}}
   *
   * @throws IllegalArgumentException if a value is out of range or values contradict each other;
   *     the message names the option and its value
   */
  public List<Hints> hints() {
    requireConsistent();
    List<Hints> sources = new ArrayList<>();
    Normalization normalization = normalization();
    sources.add(
        new Hints(
            normalization.wereBytes()
                ? "options (--mean and --std are on the 0..255 scale, and stored divided by 255)"
                : "options",
            size == null ? null : size.width(),
            size == null ? null : size.height(),
            resize,
            cropPct,
            fit,
            interpolation,
            exif,
            channelOrder == null ? null : channelOrder.channels,
            scale,
            rgb(normalization.mean()),
            rgb(normalization.std()),
            null,
            Hints.Defaults.NONE));
    if (preset != null) {
      sources.add(TorchvisionPresets.of(preset));
    }
    return sources;
  }

  private Normalization normalization() {
    return scale == null
        ? Normalization.recognised(mean, std)
        : new Normalization(mean, std, false);
  }

  /**
   * {@return the values in the order red, green, blue} The user gives them in the order of {@code
   * --channel-order}.
   */
  private List<Float> rgb(List<Float> values) {
    if (values == null || channelOrder != ChannelOrder.BGR) {
      return values;
    }
    List<Float> reversed = new ArrayList<>(values);
    Collections.reverse(reversed);
    return reversed;
  }

  private void requireConsistent() {
    if (resize != null && cropPct != null) {
      throw new IllegalArgumentException("--resize and --crop-pct do the same; give one of them");
    }
    if (cropPct != null && !(cropPct > 0 && cropPct <= 1)) {
      throw new IllegalArgumentException(
          "crop-pct: " + cropPct + " is not above 0 and at most 1, such as 0.875");
    }
    if (fit != null && fit != Fit.CROP && (resize != null || cropPct != null)) {
      throw new IllegalArgumentException(
          "--resize and --crop-pct belong to --fit crop; leave them out, or give --fit crop");
    }
  }

  /** The order of red, green and blue. */
  enum ChannelOrder {
    RGB(Channels.RGB),
    BGR(Channels.BGR);

    private final Channels channels;

    ChannelOrder(Channels channels) {
      this.channels = channels;
    }
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

  /** The allowed values of {@code --fit}. */
  static final class Fits extends LowerCaseNames {
    Fits() {
      super(Fit.class);
    }
  }

  /** The allowed values of {@code --interpolation}. */
  static final class Interpolations extends LowerCaseNames {
    Interpolations() {
      super(Interpolation.class);
    }
  }

  /** The allowed values of {@code --exif}. */
  static final class Orientations extends LowerCaseNames {
    Orientations() {
      super(Exif.class);
    }
  }
}
