package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.PreparedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * A model file that was prepared for serving, with the properties that are needed to serve it.
 *
 * @param sha256 checksum of the given file
 * @param model the prepared model
 * @param external whether the model's weights were stored in other files
 * @param preprocessing the preprocessing of the model's images
 * @param labels the names of the classes
 * @param understood lines for the user about the preprocessing and the labels, and where these were
 *     found
 */
public record PreparedFile(
    String sha256,
    PreparedModel model,
    boolean external,
    Preprocessing preprocessing,
    Labels labels,
    List<String> understood) {

  /**
   * Creates the record with an unmodifiable copy of {@code understood}.
   *
   * @param sha256 the checksum of the file
   * @param model the prepared model
   * @param external whether the model's weights were stored in other files
   * @param preprocessing the preprocessing of the model's images
   * @param labels the names of the classes
   * @param understood lines for the user about the preprocessing and the labels, and where these
   *     were found
   */
  public PreparedFile {
    understood = List.copyOf(understood);
  }

  /**
   * {@return the {@code kind} for the manifest: {@link ModelManifest#INDEPENDENT} for independent
   * classes, null for exclusive classes}
   */
  public String kind() {
    return model.scores().answers() == AnswerKind.INDEPENDENT ? ModelManifest.INDEPENDENT : null;
  }

  /**
   * {@return lines for the user that describe the prepared model}
   *
   * @param subject the version or the file; the first line begins with it
   */
  public List<String> lines(Object subject) {
    List<String> lines = new ArrayList<>();
    String weights =
        model.weights().isPresent()
            ? "large weights kept in other files"
            : "weights of other files put inside";
    lines.add(subject + ": " + model + (external ? ", " + weights : ""));
    lines.addAll(understood);
    return lines;
  }
}
