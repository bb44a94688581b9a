package dev.millrace.service.command.train;

import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.WarmUp;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A mixin of options for the length of a training, its learning rate and its loss. The defaults
 * come from {@link Optimization}.
 */
@Grouped(Section.OPTIMIZATION)
final class OptimizationOptions {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Number of passes over the images (default: ${DEFAULT-VALUE}).")
  private int epochs = Optimization.DEFAULTS.epochs();

  @Option(
      names = "--patience",
      paramLabel = "EPOCHS",
      description =
          "Stop after this many epochs without a higher accuracy on held-out images; 0 trains all"
              + " epochs (default: ${DEFAULT-VALUE}). Not with --promote-if-better.")
  private int patience = Optimization.DEFAULTS.patience();

  @Option(
      names = "--balance",
      negatable = true,
      fallbackValue = "true",
      description =
          "Train on each class equally often: repeat images of rare classes, and leave out images of"
              + " frequent classes (default: ${DEFAULT-VALUE}).")
  private boolean balance = Sampling.DEFAULTS.balanced();

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images per training step, at least 2 (default: ${DEFAULT-VALUE}).")
  private int batchSize = Optimization.DEFAULTS.batchSize();

  @Option(
      names = {"--learning-rate", "--lr"},
      paramLabel = "RATE",
      description =
          "Peak of the learning rate (default: ${DEFAULT-VALUE}; with --optimizer adamw, "
              + LearningRate.ADAMW_PEAK
              + ").")
  private double learningRate = LearningRate.DEFAULTS.peak();

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      completionCandidates = Schedules.class,
      description =
          "How the learning rate changes: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private Schedule schedule = LearningRate.DEFAULTS.schedule();

  @Option(
      names = "--warm-up",
      paramLabel = "EPOCHS",
      description =
          "Length of a warm-up with a lower learning rate, in epochs, for example 0.5 (default:"
              + " ${DEFAULT-VALUE}).")
  private double warmUp = WarmUp.NONE.epochs();

  @Option(
      names = "--warm-up-shape",
      paramLabel = "SHAPE",
      completionCandidates = Shapes.class,
      description =
          "Learning rate during the warm-up: linear rises to the full rate, constant is a tenth of"
              + " the full rate (default: ${DEFAULT-VALUE}).")
  private WarmUp.Shape warmUpShape = WarmUp.NONE.shape();

  @Option(
      names = "--backbone-rate",
      paramLabel = "FACTOR",
      description =
          "Factor for the learning rate of all layers except the last, for example 0.1 to fine-tune"
              + " pretrained weights (default: ${DEFAULT-VALUE}).")
  private double backboneRate = LearningRate.DEFAULTS.backboneFactor();

  @Option(
      names = "--label-smoothing",
      paramLabel = "SHARE",
      description =
          "Label smoothing: share of each label to spread over all classes (default:"
              + " ${DEFAULT-VALUE}).")
  private double labelSmoothing = Optimization.DEFAULTS.labelSmoothing();

  @Option(
      names = "--zero-init",
      negatable = true,
      fallbackValue = "true",
      description =
          "Start the last batch norm of each residual block at 0, unless the weights are"
              + " pretrained (default: ${DEFAULT-VALUE}).")
  private boolean zeroInit = Optimization.DEFAULTS.zeroInit();

  @Mixin private OptimizerOptions optimizer;

  /**
   * {@return an optimization with the values of the options that the user gave}
   *
   * @param base the values of all other options
   */
  Optimization optimization(Given given, Optimization base) {
    LearningRate rate = base.learningRate();
    Optimizer chosen = optimizer.optimizer(given, base.optimizer());
    boolean becomesAdamw =
        chosen.rule() == Optimizer.Rule.ADAMW && base.optimizer().rule() != chosen.rule();
    double usualPeak = becomesAdamw ? LearningRate.ADAMW_PEAK : rate.peak();
    return new Optimization(
        given.or("--epochs", epochs, base.epochs()),
        given.or("--patience", patience, base.patience()),
        new Sampling(
            given.or("--batch-size", batchSize, base.batchSize()),
            given.or("--balance", balance, base.sampling().balanced())),
        new LearningRate(
            given.or("--learning-rate", learningRate, usualPeak),
            given.or("--schedule", schedule, rate.schedule()),
            new WarmUp(
                given.or("--warm-up", warmUp, rate.warmUp().epochs()),
                given.or("--warm-up-shape", warmUpShape, rate.warmUp().shape())),
            given.or("--backbone-rate", backboneRate, rate.backboneFactor())),
        chosen,
        given.or("--label-smoothing", labelSmoothing, base.labelSmoothing()),
        given.or("--zero-init", zeroInit, base.zeroInit()));
  }

  /** The allowed values of {@code --schedule}. */
  static final class Schedules extends LowerCaseNames {
    Schedules() {
      super(Schedule.class);
    }
  }

  /** The allowed values of {@code --warm-up-shape}. */
  static final class Shapes extends LowerCaseNames {
    Shapes() {
      super(WarmUp.Shape.class);
    }
  }
}
