package dev.millrace.service.command.train;

import dev.millrace.core.training.Optimizer;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import picocli.CommandLine.Option;

/** A mixin of options for the optimiser. The defaults come from {@link Optimizer}. */
@Grouped(Section.OPTIMIZATION)
final class OptimizerOptions {

  @Option(
      names = "--optimizer",
      paramLabel = "RULE",
      completionCandidates = Rules.class,
      description = "Optimiser: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Optimizer.Rule rule = Optimizer.DEFAULTS.rule();

  @Option(
      names = "--momentum",
      paramLabel = "SHARE",
      description = "Momentum; for adamw, beta 1 (default: ${DEFAULT-VALUE}).")
  private double momentum = Optimizer.DEFAULTS.momentum();

  @Option(
      names = "--weight-decay",
      paramLabel = "FACTOR",
      description = "Weight decay (default: ${DEFAULT-VALUE}).")
  private double weightDecay = Optimizer.DEFAULTS.weightDecay();

  @Option(
      names = "--decay-norms",
      negatable = true,
      fallbackValue = "true",
      description =
          "Apply the weight decay to biases and batch norms, too (default: ${DEFAULT-VALUE}).")
  private boolean decayNorms = Optimizer.DEFAULTS.decayNorms();

  @Option(
      names = "--clip-norm",
      paramLabel = "NORM",
      description = "Largest norm of the gradients; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private double clipNorm = Optimizer.DEFAULTS.clipNorm();

  @Option(
      names = "--ema-decay",
      paramLabel = "SHARE",
      description =
          "Publish an exponential moving average of the weights with this decay, for example 0.99;"
              + " 0 publishes the weights themselves (default: ${DEFAULT-VALUE}).")
  private double emaDecay = Optimizer.DEFAULTS.emaDecay();

  /**
   * {@return an optimiser with the values of the options that the user gave}
   *
   * @param base the values of all other options
   */
  Optimizer optimizer(Given given, Optimizer base) {
    return new Optimizer(
        given.or("--optimizer", rule, base.rule()),
        given.or("--momentum", momentum, base.momentum()),
        given.or("--weight-decay", weightDecay, base.weightDecay()),
        given.or("--decay-norms", decayNorms, base.decayNorms()),
        given.or("--clip-norm", clipNorm, base.clipNorm()),
        given.or("--ema-decay", emaDecay, base.emaDecay()));
  }

  /** The allowed values of {@code --optimizer}. */
  static final class Rules extends LowerCaseNames {
    Rules() {
      super(Optimizer.Rule.class);
    }
  }
}
