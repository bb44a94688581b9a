package dev.millrace.service.command.models;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.labels.ClassNames;
import java.util.List;

/**
 * A model file that was prepared for serving, with all that was understood about it.
 *
 * @param sha256 checksum of the given file
 * @param model the prepared model
 * @param preprocessing the preprocessing of the model's images
 * @param names the names of the classes
 * @param lines what was understood, and from which source, for the user
 */
public record PreparedFile(
    String sha256,
    PreparedModel model,
    Preprocessing preprocessing,
    ClassNames names,
    List<String> lines) {

  static PreparedFile of(
      byte[] given,
      PreparedModel model,
      Preprocessing preprocessing,
      ClassNames names,
      List<String> lines) {
    return new PreparedFile(Sha256.of(given), model, preprocessing, names, List.copyOf(lines));
  }
}
