package dev.millrace.onnx;

import dev.millrace.core.repository.ModelFiles;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model file that takes 8-bit pixels and returns probabilities. A trial run has confirmed that
 * the file takes these pixels and returns probabilities.
 *
 * @param bytes the ONNX file; the caller owns the array
 * @param weights the folder with the weights that are in other files, because the model is too
 *     large for one file; empty if the file contains all weights
 * @param input name, layout and element type of the model's input before the preparation, for
 *     example {@code input NCHW float32}
 * @param size width and height of the images, in pixels, for example {@code 224x224}
 * @param classes number of classes
 * @param opset version of ONNX's operator set that the file uses
 * @param scores the nodes that compute the answers from the exported model's scores
 * @param chosenOutput name of the output with the scores, if the exported model has several outputs
 * @param batchAxisOpened true if the exported model took batches of exactly one image, and the
 *     prepared model takes batches of any size
 * @param oneImageReason the reason why the prepared model takes only one image at a time. Empty if
 *     the model takes whole batches
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
public record PreparedModel(
    byte[] bytes,
    Optional<Path> weights,
    String input,
    String size,
    int classes,
    long opset,
    ScoreTail scores,
    Optional<String> chosenOutput,
    boolean batchAxisOpened,
    Optional<String> oneImageReason) {

  /**
   * {@return the model's files, under the names that they have in a repository} Reads the weight
   * files to compute their checksums.
   *
   * @throws dev.millrace.core.model.ModelException if a weight file cannot be read
   */
  public ModelFiles files() {
    return weights
        .map(folder -> RepositoryWeights.of(bytes, folder))
        .orElseGet(() -> new ModelFiles(bytes));
  }

  /** {@return the model for ONNX Runtime} */
  SerializedModel serialized() {
    return new SerializedModel(bytes, weights.orElse(null));
  }

  /**
   * {@return a summary of the preparation, for example {@code input NCHW float32, 32x32 pixels, 10
   * classes, opset 13, softmax appended}}
   */
  @Override
  public String toString() {
    return input
        + ", "
        + size
        + " pixels, "
        + classes
        + " classes, opset "
        + opset
        + chosenOutput.map(name -> ", output " + name).orElse("")
        + ", "
        + scores
        + (batchAxisOpened ? ", batch axis opened" : "")
        + oneImageReason.map(reason -> ", one image per run because " + reason).orElse("");
  }
}
