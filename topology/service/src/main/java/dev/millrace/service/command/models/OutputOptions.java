package dev.millrace.service.command.models;

import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import picocli.CommandLine.Option;

/** How the output of an imported model is read: a mixin of options. */
@Grouped(Section.MODEL)
final class OutputOptions {

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description =
          "Name of the output with the scores, if the model has several (default: the only one with"
              + " a score for each label; of several, the only one with probabilities).")
  private String output;

  @Option(
      names = "--scores",
      paramLabel = "logits|probabilities|independent",
      completionCandidates = Kinds.class,
      description =
          "What the scores are: logits of exclusive classes, their probabilities, or independent"
              + " scores, of which several may be high (default: what the model's last operators"
              + " show).")
  private ScoreKind kind;

  /** {@return what the options say about the output} */
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
