package dev.millrace.service.command.train;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.Gate;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.LowerCaseNames;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A mixin of options for the gate, which decides whether a checkpoint is promoted. */
@Grouped(Section.PROMOTION)
final class GateOptions {

  private static final List<String> OF_THE_GATE =
      List.of("--min-accuracy", "--max-growth-loss", "--golden", "--max-loss");
  private static final List<String> OF_ROUNDS =
      List.of("--watch-newest", "--restart-after", "--from");

  @Option(
      names = "--promote-if-better",
      paramLabel = "POINTS",
      description =
          "Promote a checkpoint if its accuracy on held-out images is at least this many percentage"
              + " points above the promoted version's, for example 0.2. The gain must also be"
              + " statistically significant. If no version is promoted yet, the checkpoint must be"
              + " significantly better than a guess that is always the most frequent class.")
  private Double promoteIfBetter;

  @Option(
      names = "--min-accuracy",
      paramLabel = "PERCENT",
      description =
          "Smallest accuracy on held-out images, in percent, for the promotion of the first"
              + " version. The lower end of the confidence interval must reach it. The confidence"
              + " rises with each refused checkpoint. Replaces the comparison with the most"
              + " frequent class.")
  private Double minAccuracy;

  @Option(
      names = "--max-growth-loss",
      paramLabel = "POINTS",
      description =
          "If a checkpoint has all classes of the promoted version and new classes after them,"
              + " promote it if its loss of accuracy on the old classes is significantly below this"
              + " many percentage points (default: ${DEFAULT-VALUE}).")
  private double maxGrowthLoss = Gate.MAX_GROWTH_LOSS;

  @Option(
      names = "--golden",
      paramLabel = "DIR",
      description =
          "Folder of images that never changes, with one subfolder per class. A checkpoint is"
              + " promoted only if its loss of accuracy on these images is below --max-loss.")
  private Path golden;

  @Option(
      names = "--max-loss",
      paramLabel = "POINTS",
      description =
          "Limit, in percentage points, for a checkpoint's loss of accuracy on the --golden images."
              + " The loss must be below the limit with 95 percent confidence (default:"
              + " ${DEFAULT-VALUE}).")
  private double maxLoss = Gate.Golden.MAX_LOSS;

  @Option(
      names = "--watch-newest",
      paramLabel = "N",
      description =
          "Number of the newest held-out images on which the promoted version is measured before"
              + " each round (default: ${DEFAULT-VALUE}). Only with --labels-topic.")
  private int newest = Gate.NEWEST;

  @Option(
      names = "--restart-after",
      paramLabel = "N",
      description =
          "Number of rounds in a row without a promotion after which the next round starts from the"
              + " promoted version (default: ${DEFAULT-VALUE}). Only with --labels-topic.")
  private int restartAfter = Gate.Restart.AFTER_REFUSED;

  @Option(
      names = "--from",
      paramLabel = "START",
      completionCandidates = Starts.class,
      description =
          "Where each round starts: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). After a"
              + " rollback, a round starts from the promoted version in any case. Only with"
              + " --labels-topic.")
  private RoundStart from = RoundStart.ROUND;

  /** The weights from which each round of a continuous training starts. */
  enum RoundStart {
    /** The weights at the end of the previous round. */
    ROUND,
    /** The weights of the promoted version. */
    CHAMPION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The allowed values of {@code --from}. */
  static final class Starts extends LowerCaseNames {
    Starts() {
      super(RoundStart.class);
    }
  }

  /**
   * Refuses options that have no effect together with the other options.
   *
   * @param given tells which options the user gave
   * @param fromFolder whether the training has only one round, because its images are in a folder
   * @throws IllegalArgumentException if the user gave an option that has no effect
   */
  void requireEffects(Given given, boolean fromFolder) {
    if (promoteIfBetter == null) {
      given.refuseWithout("--promote-if-better", OF_THE_GATE);
      given.refuseWithout("--promote-if-better", OF_ROUNDS);
    }
    if (golden == null) {
      given.refuseWithout("--golden", List.of("--max-loss"));
    }
    if (fromFolder) {
      given.refuseWithout("--labels-topic", OF_ROUNDS);
    }
  }

  /**
   * {@return the gate, or empty if checkpoints are not promoted}
   *
   * @throws IllegalArgumentException if an option is invalid
   */
  Optional<Gate> gate(KafkaOptions kafka) {
    if (promoteIfBetter == null) {
      return Optional.empty();
    }
    // The gate's consumer and producer for the control topic get the configuration of the admin
    // client. Keys that only consumers or producers know are therefore missing.
    return Optional.of(
        new Gate(
            promoteIfBetter,
            Optional.ofNullable(minAccuracy),
            maxGrowthLoss,
            Optional.ofNullable(golden).map(folder -> new Gate.Golden(folder, maxLoss)),
            newest,
            new Gate.Restart(restartAfter, from == RoundStart.CHAMPION),
            new KafkaAccess(kafka.admin())));
  }
}
