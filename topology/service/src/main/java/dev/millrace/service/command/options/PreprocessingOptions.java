package dev.millrace.service.command.options;

import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.preprocessing.Hints;
import dev.millrace.service.preprocessing.Normalization;
import dev.millrace.service.preprocessing.PreprocessingChoice;
import dev.millrace.service.preprocessing.TorchvisionPresets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The preprocessing that a model was trained with: a mixin of options. */
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
      description =
          "Side of the model's input, in pixels (default: as --preset or a file beside the model"
              + " says, else the input side of --arch, or 224 without --arch).")
  private Integer size;

  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "Length, in pixels, to which an image's shorter side is resized before the crop"
              + " (default: 8/7 of --size, for example 256 for 224).")
  private Integer resize;

  @Option(
      names = "--crop-pct",
      paramLabel = "SHARE",
      description =
          "Share of the resized shorter side that the crop keeps, in place of --resize: timm's"
              + " crop_pct, such as 0.875.")
  private Double cropPct;

  @Option(
      names = "--fit",
      paramLabel = "crop|squash|pad",
      completionCandidates = Fits.class,
      description =
          "How an image of another shape fits the input: crop cuts out the centre, squash changes"
              + " the proportions, pad adds black borders (default: crop).")
  private Fit fit;

  @Option(
      names = "--interpolation",
      paramLabel = "NAME",
      completionCandidates = Interpolations.class,
      description =
          "Filter of the resize, as Pillow has it: bilinear, bicubic, nearest or lanczos (default:"
              + " bilinear).")
  private Interpolation interpolation;

  @Option(
      names = "--exif",
      paramLabel = "apply|ignore",
      completionCandidates = Orientations.class,
      description =
          "Whether images are turned upright by the orientation in their EXIF data (default:"
              + " apply).")
  private Exif exif;

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to subtract from each channel, on the 0..1 scale, or on the 0..255 scale if a value"
              + " is above 1 (default: ImageNet's, 0.485,0.456,0.406).")
  private List<Float> mean;

  @Option(
      names = "--std",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to divide each channel by, on the scale of --mean (default: ImageNet's,"
              + " 0.229,0.224,0.225).")
  private List<Float> std;

  /**
   * Chooses the preprocessing. The options weigh most, then the preset.
   *
   * @param others what other sources say; the first source weighs most
   * @return the preprocessing, and which source said each value
   * @throws IllegalArgumentException if a value is out of range or values contradict each other; the
   *     message names the option and its value
   */
  public PreprocessingChoice choose(List<Hints> others) {
    requireConsistent();
    Normalization normalization = Normalization.recognised(mean, std);
    List<Hints> sources = new ArrayList<>();
    sources.add(
        new Hints(
            "options",
            size,
            size,
            resize,
            cropPct,
            fit,
            interpolation,
            exif,
            null,
            normalization.mean(),
            normalization.std(),
            null));
    if (preset != null) {
      sources.add(TorchvisionPresets.of(preset));
    }
    sources.addAll(others);
    PreprocessingChoice choice = PreprocessingChoice.of(sources);
    if (!normalization.wereBytes()) {
      return choice;
    }
    List<String> lines = new ArrayList<>(choice.lines());
    lines.add(
        "preprocessing: --mean and --std are on the 0..255 scale; the version keeps them divided by"
            + " 255");
    return new PreprocessingChoice(choice.preprocessing(), lines);
  }

  private void requireConsistent() {
    if (resize != null && cropPct != null) {
      throw new IllegalArgumentException("--resize and --crop-pct say the same; give one of them");
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
