package dev.millrace.service.command.models;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.ExportedModel;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.PreparedModel;

/**
 * A model that was prepared for serving with the preprocessing that its file and the options give.
 *
 * @param prepared the prepared model
 * @param input its preprocessing
 * @param embedded whether weights were in other files
 */
record ImportedModel(PreparedModel prepared, ChosenInput input, boolean embedded) {

  /**
   * Chooses the preprocessing and prepares the model.
   *
   * @throws dev.millrace.core.model.ModelException if the model cannot be served
   * @throws IllegalArgumentException if an option's value does not fit the model
   */
  static ImportedModel of(
      ExportedModel exported, InputOptions options, ScoreSettings scores, Labels labels) {
    ChosenInput input = options.choose(exported.input(), exported::runningChannels);
    PreparedModel prepared =
        ModelPreparation.prepare(exported, input.preprocessing(), labels, options.layout(), scores);
    return new ImportedModel(prepared, input, exported.hasExternalData());
  }

  /** {@return the manifest's {@code kind}} */
  String kind() {
    return prepared.scores().answers() == AnswerKind.INDEPENDENT ? ModelManifest.INDEPENDENT : null;
  }

  /** {@return a summary of the preparation on one line} */
  @Override
  public String toString() {
    return prepared + (embedded ? ", weights of other files put inside" : "");
  }
}
