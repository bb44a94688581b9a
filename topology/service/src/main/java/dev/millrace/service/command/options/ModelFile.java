package dev.millrace.service.command.options;

import dev.millrace.core.files.FileKind;
import dev.millrace.core.files.WholeFile;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.NetworkMark;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads a model, or only its weights, from a file that an option names. */
public final class ModelFile {

  /** Number of bytes at a file's start that suffice to recognise the file's kind. */
  private static final int START = 4096;

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
   * Reads the bytes of an ONNX model.
   *
   * @param file the file's path
   * @return the bytes
   * @throws CommandException if the file cannot be read, or if its first bytes show another kind of
   *     file, for example a Git LFS pointer or a PyTorch file
   */
  public static byte[] onnx(Path file) {
    byte[] bytes = read(file);
    FileKind.of(bytes)
        .ifPresent(
            kind -> {
              throw new CommandException(
                  file
                      + " is "
                      + kind.words()
                      + ", no ONNX model; "
                      + kind.advice()
                      + (kind == FileKind.SAFETENSORS ? " (--arch)" : ""));
            });
    return bytes;
  }

  /**
   * Runs a function that reads a file, and adds the file's path to the function's error message.
   *
   * @param file the file's path
   * @param reader reads the file
   * @param <T> the type of the result
   * @return the result of {@code reader}
   * @throws ModelException if {@code reader} throws it; the message contains the path
   */
  public static <T> T named(Path file, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (ModelException e) {
      if (e.getMessage().contains(file.toString())) {
        throw e;
      }
      throw new ModelException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a network's weights from an ONNX model, a {@code .safetensors} file or a {@code .npz}
   * file. The weights must have the names that they have in PyTorch. This method does not compare
   * their shapes with those of the network.
   *
   * @param file the file's path
   * @param network the network
   * @return the weights
   * @throws CommandException if the file is missing, cannot be read, or is of another kind
   * @throws ModelException if the file holds no weights, or says that they are of another network
   */
  public static Weights weights(Path file, ResNet network) {
    if (!Files.exists(file)) {
      throw new CommandException(
          "there is no " + file + "; name a .safetensors, .npz or .onnx file of weights");
    }
    if (file.toString().endsWith(".onnx")) {
      return named(file, () -> OnnxWeights.read(onnx(file), network));
    }
    start(file)
        .flatMap(FileKind::of)
        .filter(kind -> kind != FileKind.SAFETENSORS && kind != FileKind.ZIP)
        .ifPresent(
            kind -> {
              throw new CommandException(
                  file + " is " + kind.words() + ", not weights; " + kind.advice());
            });
    Weights weights = WeightsFile.read(file);
    NetworkMark.requireNoOther(file, network);
    return weights;
  }

  /** {@return the first bytes of a file, or nothing if it cannot be read} */
  private static Optional<byte[]> start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(in.readNBytes(START));
    } catch (IOException e) {
      return Optional.empty(); // the reader of the weights says why
    }
  }
}
