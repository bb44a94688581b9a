package dev.millrace.service.command.models;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.PreparedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * A model file that was prepared for serving, with the properties that were found.
 *
 * @param sha256 checksum of the given file
 * @param model the prepared model
 * @param external whether weights were in other files
 * @param preprocessing the preprocessing of the model's images
 * @param labels the names of the classes
 * @param understood the properties of the images and the names that were found, with their sources
 */
public record PreparedFile(
    String sha256,
    PreparedModel model,
    boolean external,
    Preprocessing preprocessing,
    Labels labels,
    List<String> understood) {

  /**
   * Copies the list.
   *
   * @param sha256 the checksum of the file
   * @param model the prepared model
   * @param external whether weights were in other files
   * @param preprocessing the preprocessing of the model's images
   * @param labels the names of the classes
   * @param understood what was understood, and from which source
   */
  public PreparedFile {
    understood = List.copyOf(understood);
  }

  /** {@return the manifest's {@code kind}: null for exclusive classes} */
  public String kind() {
    return model.scores().answers() == AnswerKind.INDEPENDENT ? ModelManifest.INDEPENDENT : null;
  }

  /**
   * {@return the properties that were found, as lines for the user}
   *
   * @param subject the version or the file, with which the first line begins
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
