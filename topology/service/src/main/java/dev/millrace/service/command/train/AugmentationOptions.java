package dev.millrace.service.command.train;

import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Mixing;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Option;

/**
 * A mixin of options for random changes to the training images. The defaults come from {@link
 * Augmentation}.
 */
@Grouped(Section.AUGMENTATION)
final class AugmentationOptions {

  @Option(
      names = "--crop-padding",
      paramLabel = "PIXELS",
      description =
          "Width, in pixels, of the black border that is added to an image before a random part is"
              + " cropped; 0 turns the border and the crop off (default: ${DEFAULT-VALUE}).")
  private int cropPadding = Augmentation.DEFAULTS.cropPadding();

  @Option(
      names = "--flip",
      negatable = true,
      fallbackValue = "true",
      description =
          "Mirror a random half of the images, left to right (default: ${DEFAULT-VALUE}).")
  private boolean flip = Augmentation.DEFAULTS.flip();

  @Option(
      names = "--crop-area",
      paramLabel = "SHARE",
      description =
          "Cut out a random part with at least this share of the image's area, for example 0.08,"
              + " and resize it; 1 turns this off (default: ${DEFAULT-VALUE}).")
  private double cropArea = Augmentation.DEFAULTS.cropArea();

  @Option(
      names = "--color-jitter",
      paramLabel = "STRENGTH",
      description =
          "Largest random change of brightness, contrast and saturation, from 0 to 1; the hue turns"
              + " by up to a quarter of this value (default: ${DEFAULT-VALUE}).")
  private double colorJitter = Augmentation.DEFAULTS.colorJitter();

  @Option(
      names = "--trivial-augment",
      negatable = true,
      fallbackValue = "true",
      description =
          "Apply one random operation of TrivialAugment to each image (default:"
              + " ${DEFAULT-VALUE}).")
  private boolean trivialAugment = Augmentation.DEFAULTS.trivialAugment();

  @Option(
      names = "--erasing",
      paramLabel = "PROBABILITY",
      description =
          "Probability that a random rectangle of an image is replaced by noise (default:"
              + " ${DEFAULT-VALUE}).")
  private double erasing = Augmentation.DEFAULTS.erasing();

  @Option(
      names = "--mixup",
      paramLabel = "ALPHA",
      description =
          "Mix pairs of images with this alpha, for example 0.2; 0 turns this off (default:"
              + " ${DEFAULT-VALUE}).")
  private double mixup = Augmentation.DEFAULTS.mixing().mixup();

  @Option(
      names = "--cutmix",
      paramLabel = "ALPHA",
      description =
          "Exchange a random rectangle between pairs of images with this alpha, for example 1; 0"
              + " turns this off (default: ${DEFAULT-VALUE}).")
  private double cutMix = Augmentation.DEFAULTS.mixing().cutMix();

  /**
   * {@return an augmentation with the values of the options that the user gave}
   *
   * @param base the values of all other options
   */
  Augmentation augmentation(Given given, Augmentation base) {
    return new Augmentation(
        given.or("--crop-padding", cropPadding, base.cropPadding()),
        given.or("--crop-area", cropArea, base.cropArea()),
        given.or("--flip", flip, base.flip()),
        given.or("--color-jitter", colorJitter, base.colorJitter()),
        given.or("--trivial-augment", trivialAugment, base.trivialAugment()),
        given.or("--erasing", erasing, base.erasing()),
        new Mixing(
            given.or("--mixup", mixup, base.mixing().mixup()),
            given.or("--cutmix", cutMix, base.mixing().cutMix())));
  }
}
