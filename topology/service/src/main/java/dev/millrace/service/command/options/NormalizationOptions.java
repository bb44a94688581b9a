package dev.millrace.service.command.options;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import java.util.List;
import picocli.CommandLine.Option;

/** A mixin of options for the mean and the standard deviation that normalise a model's input. */
@Grouped(Section.PREPROCESSING)
public final class NormalizationOptions {

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to subtract from each channel, on the 0..1 scale (default: ImageNet's,"
              + " ${DEFAULT-VALUE}).")
  private List<Float> mean = Preprocessing.IMAGENET_MEAN;

  @Option(
      names = "--std",
      paramLabel = "R,G,B",
      split = ",",
      description =
          "Value to divide each channel by, on the 0..1 scale (default: ImageNet's,"
              + " ${DEFAULT-VALUE}).")
  private List<Float> std = Preprocessing.IMAGENET_STD;

  /**
   * {@return a preprocessing that normalises with the mean and the standard deviation of the
   * options}
   *
   * @param size side of the model's input, in pixels
   * @param resize length to which an image's shorter side is resized, in pixels
   * @throws IllegalArgumentException if a value is out of range; the message names the option, its
   *     value and the allowed values
   */
  public Preprocessing preprocessing(int size, int resize) {
    return new Preprocessing(size, resize, mean, std);
  }
}
