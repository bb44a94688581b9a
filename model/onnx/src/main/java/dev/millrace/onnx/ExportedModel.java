package dev.millrace.onnx;

import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.nio.file.Path;
import java.util.List;

/**
 * An ONNX file as its author exported it. Its weights may be in other files in the same folder.
 * Immutable.
 */
public final class ExportedModel {

  /**
   * The channels that are tried, in this order, if a file does not declare the number of channels.
   */
  private static final List<Preprocessing.Channels> LIKELIEST =
      List.of(Preprocessing.Channels.RGB, Preprocessing.Channels.GREY, Preprocessing.Channels.RGBA);

  private final byte[] bytes;
  private final Path path;
  private final OnnxFile file;

  /** Creates a model; {@code path} is null unless weights are in other files. */
  private ExportedModel(byte[] bytes, Path path, OnnxFile file) {
    this.bytes = bytes;
    this.path = path;
    this.file = file;
  }

  /**
   * Reads a file that contains all of its weights.
   *
   * @param onnx the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @return the model
   * @throws ModelException if the file is not an ONNX file, or cannot be prepared
   */
  public static ExportedModel of(byte[] onnx) {
    return new ExportedModel(onnx, null, OnnxFile.parse(onnx));
  }

  /**
   * Reads a file whose weights may be in other files in the same folder.
   *
   * @param onnx the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @param path the path that the bytes were read from
   * @return the model
   * @throws ModelException if the file is not an ONNX file, cannot be prepared, names a file
   *     outside its folder, or is 2 GiB or larger together with its weights
   */
  public static ExportedModel of(byte[] onnx, Path path) {
    ExternalData weights = new ExternalData(path.toAbsolutePath().getParent());
    OnnxFile whole = OnnxFile.parse(onnx, weights);
    return new ExportedModel(onnx, weights.isUsed() ? path : null, whole);
  }

  /**
   * {@return what the file says about its input}
   *
   * @throws ModelException if the model cannot take images
   */
  public DeclaredInput input() {
    return DeclaredInput.of(file.input());
  }

  /**
   * Finds the channels of a model that does not declare their number: it runs the model on one
   * image with three channels, then with one and with four.
   *
   * @param height height of the image, in pixels
   * @param width width of the image, in pixels
   * @return the first channels with which the model runs, in any layout; RGB if the model runs with
   *     none of them. The preparation then fails with the reason
   * @throws ModelException if the model cannot be loaded
   */
  public Preprocessing.Channels runningChannels(int height, int width) {
    try (OriginalModel model = OriginalModel.open(this, ScoreOutputs.any(file))) {
      return LIKELIEST.stream()
          .filter(channels -> ImageInput.runs(file.input(), channels, height, width, model))
          .findFirst()
          .orElse(Preprocessing.Channels.RGB);
    }
  }

  /** {@return the file with all of its weights inside} */
  OnnxFile file() {
    return file;
  }

  /** {@return whether weights were in other files} */
  public boolean hasExternalData() {
    return path != null;
  }

  /**
   * Opens the untouched file in ONNX Runtime. ONNX Runtime finds weights in other files only if a
   * model is opened by its path. But ONNX Runtime needs some constants, for example the shape of a
   * Reshape, before it reads other files. If a model cannot be opened by its path, this method
   * opens a copy that contains all weights.
   *
   * @return a session that the caller closes
   * @throws ModelException if the file cannot be loaded
   */
  OrtSession open() {
    if (!hasExternalData()) {
      return OrtSessions.open(bytes, Device.CPU);
    }
    try {
      return OrtSessions.open(path, Device.CPU);
    } catch (ModelException e) {
      return OrtSessions.open(file.model().toByteArray(), Device.CPU);
    }
  }
}
