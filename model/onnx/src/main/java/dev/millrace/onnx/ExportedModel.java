package dev.millrace.onnx;

import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

  private final SerializedModel untouched;
  private final OnnxFile file;

  private ExportedModel(SerializedModel untouched, OnnxFile file) {
    this.untouched = untouched;
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
    return new ExportedModel(new SerializedModel(onnx), OnnxFile.parse(onnx));
  }

  /**
   * Reads a file whose weights may be in other files in the same folder.
   *
   * @param onnx the file's bytes. The caller must not change the array afterwards, because the
   *     weights are views of the array
   * @param path the path from which the bytes were read
   * @return the model
   * @throws ModelException if the file is not an ONNX file or cannot be prepared, if it names a
   *     file outside its folder, or if it has 2 GiB or more without its large weights
   */
  public static ExportedModel of(byte[] onnx, Path path) {
    Path folder = path.toAbsolutePath().getParent();
    return of(onnx, folder, new ExternalData(folder));
  }

  /**
   * Reads a file whose weights may be in other files.
   *
   * @param folder the file's folder
   * @param weights reads the other files
   */
  static ExportedModel of(byte[] onnx, Path folder, ExternalData weights) {
    OnnxFile file = OnnxFile.parse(onnx, weights);
    return new ExportedModel(new SerializedModel(onnx, weights.isUsed() ? folder : null), file);
  }

  /**
   * {@return the file's declaration of its input}
   *
   * @throws ModelException if the model cannot take images
   */
  public DeclaredInput input() {
    return DeclaredInput.of(file.input());
  }

  /**
   * Finds the channels of a model that does not declare their number. This method runs the model on
   * one image with three channels, then with one, then with four.
   *
   * @param height height of the image, in pixels
   * @param width width of the image, in pixels
   * @return the first channels with which the model runs, in any layout; RGB if the model runs with
   *     none of them. In that case, the preparation fails later and states the reason
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

  /** {@return the evidence that the model normalises its input itself; empty if there is none} */
  public Optional<OwnNormalization> ownNormalization() {
    return OwnNormalization.of(file);
  }

  /** {@return the file with all weights inside, or with all weights except the large ones} */
  OnnxFile file() {
    return file;
  }

  /** {@return whether weights were in other files} */
  public boolean hasExternalData() {
    return untouched.weights() != null;
  }

  /**
   * Opens the untouched file in ONNX Runtime. ONNX Runtime needs some constants before it reads
   * other files, for example the shape of a Reshape. If such constants are in other files, the
   * model is opened with its weights inside.
   *
   * @return a session that the caller closes
   * @throws ModelException if the file cannot be loaded
   */
  OrtSession open() {
    try {
      return untouched.open(Device.CPU);
    } catch (ModelException e) {
      if (!hasExternalData()) {
        throw e;
      }
      return file.serialized().open(Device.CPU);
    }
  }
}
