package dev.millrace.service.command.options;

import dev.millrace.core.files.WholeFile;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Path;

/** Reads a model, or only its weights, from a file that an option names. */
public final class ModelFile {

  private ModelFile() {}

  /**
   * Reads the file's bytes.
   *
   * @param file the file's path
   * @return the bytes
   * @throws CommandException if the file cannot be read
   */
  public static byte[] read(Path file) {
    try {
      return WholeFile.read(file);
    } catch (IOException e) {
      throw new CommandException(
          "cannot read the model file " + file + " (" + e + "); give the path of an ONNX file", e);
    }
  }

  /**
   * Reads weights that have PyTorch's names from an ONNX model, a {@code .safetensors} file or a
   * {@code .npz} file.
   *
   * @param file the file's path
   * @return the weights
   * @throws dev.millrace.core.model.ModelException if the file holds no weights
   */
  public static Weights weights(Path file) {
    return file.toString().endsWith(".onnx")
        ? OnnxWeights.read(read(file))
        : WeightsFile.read(file);
  }
}
