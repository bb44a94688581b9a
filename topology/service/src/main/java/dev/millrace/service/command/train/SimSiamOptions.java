package dev.millrace.service.command.train;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.Views;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Option;

/**
 * A mixin of options for pre-training with SimSiam. The defaults are the values in the SimSiam
 * paper.
 */
@Grouped(Section.OPTIMIZATION)
final class SimSiamOptions {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Number of passes over the images (default: ${DEFAULT-VALUE}).")
  private int epochs = PretrainingConfig.EPOCHS;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images per training step (default: ${DEFAULT-VALUE}).")
  private int batchSize = PretrainingConfig.BATCH_SIZE;

  @Option(
      names = {"--learning-rate", "--lr"},
      paramLabel = "RATE",
      description =
          "Learning rate of the first step, from which it falls along a cosine (default: the"
              + " paper's, in proportion to --batch-size).")
  private Double learningRate;

  @Option(
      names = "--weight-decay",
      paramLabel = "FACTOR",
      description = "Weight decay (default: the paper's for the stem).")
  private Double weightDecay;

  @Option(
      names = "--projector-width",
      paramLabel = "N",
      description =
          "Number of the projector's outputs (default: eight times the network's features, at most"
              + " 2048).")
  private Integer width;

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--crop-area",
      paramLabel = "SHARE",
      description =
          "Each view is a random part with at least this share of the image's area (default:"
              + " ${DEFAULT-VALUE}).")
  private double cropArea = Views.DEFAULTS.cropArea();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--flip",
      negatable = true,
      fallbackValue = "true",
      description =
          "Mirror a random half of the views, left to right. Turn this off for images that mean"
              + " something else when mirrored, such as text (default: ${DEFAULT-VALUE}).")
  private boolean flip = Views.DEFAULTS.flip();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--color-jitter",
      paramLabel = "STRENGTH",
      description =
          "Largest random change of brightness, contrast and saturation, from 0 to 1; the hue turns"
              + " by up to a quarter of it (default: ${DEFAULT-VALUE}).")
  private double colorJitter = Views.DEFAULTS.colorJitter();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--grayscale",
      paramLabel = "PROBABILITY",
      description = "Probability that a view is made grey (default: ${DEFAULT-VALUE}).")
  private double grayscale = Views.DEFAULTS.grayscale();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--blur",
      paramLabel = "PROBABILITY",
      description =
          "Probability that a view is blurred (default: the paper's, which is 0 for --size below"
              + " 64).")
  private Double blur;

  /** {@return the layers that SimSiam adds behind the encoder of a network} */
  SimSiam simSiam(ResNet network) {
    return SimSiam.of(network, width == null ? SimSiam.usualWidth(network) : width);
  }

  /** {@return the optimization of the pre-training, with the values of the options} */
  Optimization optimization(ResNet network) {
    Optimization usual = SimSiam.optimization(network, epochs, batchSize);
    LearningRate rate = usual.learningRate();
    Optimizer optimizer = usual.optimizer();
    return Optimization.of(
            epochs, batchSize, learningRate == null ? rate.peak() : learningRate, rate.schedule())
        .with(
            new Optimizer(
                optimizer.rule(),
                optimizer.momentum(),
                weightDecay == null ? optimizer.weightDecay() : weightDecay,
                optimizer.decayNorms(),
                optimizer.clipNorm(),
                optimizer.emaDecay()));
  }

  /** {@return the random changes that create the views of an image} */
  Views views(ResNet network) {
    double usualBlur = Views.of(network.size()).blur();
    return new Views(cropArea, flip, colorJitter, grayscale, blur == null ? usualBlur : blur);
  }
}
