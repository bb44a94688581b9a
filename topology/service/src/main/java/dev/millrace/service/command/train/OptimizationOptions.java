package dev.millrace.service.command.train;

import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the training method. The defaults come from {@link Optimization} and
 * {@link Augmentation}.
 */
@Grouped(Section.OPTIMIZATION)
final class OptimizationOptions {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Number of passes over the images (default: ${DEFAULT-VALUE}).")
  private int epochs = Optimization.DEFAULTS.epochs();

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images per training step (default: ${DEFAULT-VALUE}).")
  private int batchSize = Optimization.DEFAULTS.batchSize();

  @Option(
      names = {"--learning-rate", "--lr"},
      paramLabel = "RATE",
      description = "Peak of the learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate = Optimization.DEFAULTS.learningRate();

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      completionCandidates = Schedules.class,
      description =
          "How the learning rate changes: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
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
      description =
          "Label smoothing: share of each label to spread over all classes (default:"
              + " ${DEFAULT-VALUE}).")
  private double labelSmoothing = Optimization.DEFAULTS.labelSmoothing();

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

  Optimization optimization() {
    return new Optimization(
        epochs, batchSize, learningRate, schedule, momentum, weightDecay, labelSmoothing);
  }

  Augmentation augmentation() {
    return new Augmentation(cropPadding, flip);
  }

  /** The allowed values of {@code --schedule}. */
  static final class Schedules extends LowerCaseNames {
    Schedules() {
      super(Schedule.class);
    }
  }
}
