package dev.millrace.service.command.train;

import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import picocli.CommandLine.Option;

/** How a network learns: a mixin of options, whose defaults are those of the records. */
final class OptimizationOptions {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the images (default: ${DEFAULT-VALUE}).")
  private int epochs = Optimization.DEFAULTS.epochs();

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images a step (default: ${DEFAULT-VALUE}).")
  private int batchSize = Optimization.DEFAULTS.batchSize();

  @Option(
      names = {"--learning-rate", "--lr"},
      paramLabel = "RATE",
      description = "The learning rate's peak (default: ${DEFAULT-VALUE}).")
  private double learningRate = Optimization.DEFAULTS.learningRate();

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      description = "How it changes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Schedule schedule = Optimization.DEFAULTS.schedule();

  @Option(
      names = "--momentum",
      paramLabel = "SHARE",
      description = "Momentum (default: ${DEFAULT-VALUE}).")
  private double momentum = Optimization.DEFAULTS.momentum();

  @Option(
      names = "--weight-decay",
      paramLabel = "FACTOR",
      description = "Weight decay (default: ${DEFAULT-VALUE}).")
  private double weightDecay = Optimization.DEFAULTS.weightDecay();

  @Option(
      names = "--label-smoothing",
      paramLabel = "SHARE",
      description = "What of each label is divided among all classes (default: ${DEFAULT-VALUE}).")
  private double labelSmoothing = Optimization.DEFAULTS.labelSmoothing();

  @Option(
      names = "--crop-padding",
      paramLabel = "PIXELS",
      description =
          "Black border from which a random part is cropped; 0 for none (default: ${DEFAULT-VALUE}).")
  private int cropPadding = Augmentation.DEFAULTS.cropPadding();

  @Option(
      names = "--flip",
      negatable = true,
      fallbackValue = "true",
      description = "Mirror half of the images, left to right (default: ${DEFAULT-VALUE}).")
  private boolean flip = Augmentation.DEFAULTS.flip();

  Optimization optimization() {
    return new Optimization(
        epochs, batchSize, learningRate, schedule, momentum, weightDecay, labelSmoothing);
  }

  Augmentation augmentation() {
    return new Augmentation(cropPadding, flip);
  }
}
