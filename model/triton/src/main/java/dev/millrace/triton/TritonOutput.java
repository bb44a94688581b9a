package dev.millrace.triton;

import dev.millrace.core.model.ScoreKind;
import dev.millrace.triton.proto.ModelConfig;
import dev.millrace.triton.proto.ModelOutput;
import java.util.Locale;
import java.util.Optional;

/** Reads the declaration of the output with the scores. */
final class TritonOutput {

  private TritonOutput() {}

  /**
   * {@return the name of the labels file} This is the {@code label_filename} of the first output
   * with this field.
   */
  static Optional<String> labels(ModelConfig config) {
    return labelled(config).map(ModelOutput::getLabelFilename);
  }

  /**
   * {@return the name of the output with the scores} This is the first output with a labels file,
   * or the only output. The result is empty if no output qualifies, or if the output has no name.
   */
  static Optional<String> name(ModelConfig config) {
    return labelled(config)
        .or(
            () ->
                config.getOutputCount() == 1 ? Optional.of(config.getOutput(0)) : Optional.empty())
        .filter(ModelOutput::hasName)
        .map(ModelOutput::getName);
  }

  /**
   * {@return the kind of scores with the given name}
   *
   * @throws IllegalArgumentException if no kind has this name
   */
  static ScoreKind kind(String name) {
    try {
      return ScoreKind.valueOf(name.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "parameter scores: '" + name + "' is not logits, probabilities or independent", e);
    }
  }

  private static Optional<ModelOutput> labelled(ModelConfig config) {
    return config.getOutputList().stream().filter(ModelOutput::hasLabelFilename).findFirst();
  }
}
