package dev.millrace.service.command.train;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.Views;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * A mixin of options for what an encoder learns without labels, and how. The defaults are the
 * values of the method's authors.
 */
@Grouped(Section.OPTIMIZATION)
final class PretrainingMethodOptions {

  private static final List<String> OF_SIMSIAM =
      List.of("--projector-width", "--crop-area", "--color-jitter", "--grayscale", "--blur");

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      completionCandidates = Methods.class,
      description =
          "What the encoder learns: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). With"
              + " simsiam, it learns to give two random views of an image the same output. With"
              + " rotation, it learns to predict by which angle an image was rotated.")
  private Method method = Method.SIMSIAM;

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
          "Learning rate of the first step, from which it falls along a cosine (default: that of"
              + " the method's authors, in proportion to --batch-size).")
  private Double learningRate;

  @Option(
      names = "--weight-decay",
      paramLabel = "FACTOR",
      description = "Weight decay (default: that of the method's authors for the stem).")
  private Double weightDecay;

  @Option(
      names = "--projector-width",
      paramLabel = "N",
      description =
          "With --method simsiam: number of the projector's outputs (default: eight times the"
              + " network's features, at most 2048).")
  private Integer width;

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--crop-area",
      paramLabel = "SHARE",
      description =
          "With --method simsiam: each view is a random part with at least this share of the"
              + " image's area (default: ${DEFAULT-VALUE}).")
  private double cropArea = Views.DEFAULTS.cropArea();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--flip",
      negatable = true,
      fallbackValue = "true",
      description =
          "Mirror a random half of the images, left to right. Turn this off for images that mean"
              + " something else when mirrored, such as text (default: ${DEFAULT-VALUE}).")
  private boolean flip = Views.DEFAULTS.flip();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--color-jitter",
      paramLabel = "STRENGTH",
      description =
          "With --method simsiam: largest random change of brightness, contrast and saturation,"
              + " from 0 to 1; the hue turns by up to a quarter of it (default: ${DEFAULT-VALUE}).")
  private double colorJitter = Views.DEFAULTS.colorJitter();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--grayscale",
      paramLabel = "PROBABILITY",
      description =
          "With --method simsiam: probability that a view is made grey (default:"
              + " ${DEFAULT-VALUE}).")
  private double grayscale = Views.DEFAULTS.grayscale();

  @Grouped(Section.AUGMENTATION)
  @Option(
      names = "--blur",
      paramLabel = "PROBABILITY",
      description =
          "With --method simsiam: probability that a view is blurred (default: the paper's, which"
              + " is 0 for --size below 64).")
  private Double blur;

  /**
   * {@return the method that the options select}
   *
   * @param command the command that has the options
   * @throws IllegalArgumentException if the user gave an option that has no effect
   */
  PretrainingMethod method(ResNet network, CommandSpec command) {
    if (method == Method.ROTATION) {
      new Given(command).refuseWithout("--method simsiam", OF_SIMSIAM);
      return RotationPrediction.of(network, flip);
    }
    return new PretrainingMethod.Similarity(
        SimSiam.of(network, width == null ? SimSiam.usualWidth(network) : width), views(network));
  }

  /** {@return the optimization of the pre-training, with the values of the options} */
  Optimization optimization(ResNet network) {
    Optimization usual =
        method == Method.ROTATION
            ? RotationPrediction.optimization(network, epochs, batchSize)
            : SimSiam.optimization(network, epochs, batchSize);
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

  private Views views(ResNet network) {
    double usualBlur = Views.of(network.size()).blur();
    return new Views(cropArea, flip, colorJitter, grayscale, blur == null ? usualBlur : blur);
  }

  /** A method of pre-training. */
  enum Method {
    SIMSIAM,
    ROTATION
  }

  /** The allowed values of {@code --method}. */
  static final class Methods extends LowerCaseNames {
    Methods() {
      super(Method.class);
    }
  }
}
