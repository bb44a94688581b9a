package dev.millrace.service.command.models;

import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import picocli.CommandLine.Option;

/** A mixin of options for the output of an imported model. */
@Grouped(Section.MODEL)
final class OutputOptions {

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description =
          "Name of the output with the scores, if the model has several (default: the only output"
              + " with a score for each label; if there are several, the only one with"
              + " probabilities).")
  private String output;

  @Option(
      names = "--scores",
      paramLabel = "logits|probabilities|independent",
      completionCandidates = Kinds.class,
      description =
          "Kind of the scores: logits of exclusive classes, probabilities of exclusive classes, or"
              + " independent scores, of which several may be high (default: the kind that the"
              + " model's last operators show).")
  private ScoreKind kind;

  /** {@return the values of the options} */
  ScoreSettings settings() {
    return new ScoreSettings(output, kind);
  }

  /** The allowed values of {@code --scores}. */
  static final class Kinds extends LowerCaseNames {
    Kinds() {
      super(ScoreKind.class);
    }
  }
}
