package dev.millrace.service.command.train;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.Gate;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.KafkaOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A mixin of options for the gate, which decides whether a checkpoint is promoted. */
@Grouped(Section.PROMOTION)
final class GateOptions {

  @Option(
      names = "--promote-if-better",
      paramLabel = "POINTS",
      description =
          "Promote a checkpoint if its accuracy on held-out images is at least this many percentage"
              + " points above the promoted version's, for example 0.2. The gain must also be"
              + " statistically significant. The first version must be significantly better than the"
              + " most frequent class.")
  private Double promoteIfBetter;

  @Option(
      names = "--min-accuracy",
      paramLabel = "PERCENT",
      description =
          "Accuracy on held-out images, in percent, that the first version needs to be promoted,"
              + " instead of being better than the most frequent class. The lower end of its"
              + " confidence interval counts.")
  private Double minAccuracy;

  /**
   * {@return the gate, or empty if checkpoints are not promoted}
   *
   * @throws IllegalArgumentException if an option is invalid, or has no effect
   */
  Optional<Gate> gate(KafkaOptions kafka) {
    if (promoteIfBetter == null) {
      if (minAccuracy != null) {
        throw new IllegalArgumentException("--min-accuracy needs --promote-if-better");
      }
      return Optional.empty();
    }
    // The gate's consumer and producer for the control topic get the admin client's configuration.
    // They therefore get no keys that only consumers or producers know.
    return Optional.of(
        new Gate(
            promoteIfBetter,
            Optional.ofNullable(minAccuracy),
            new KafkaAccess(kafka.admin())));
  }
}
