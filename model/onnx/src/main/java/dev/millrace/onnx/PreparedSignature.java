package dev.millrace.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.core.runtime.AnswerKind;
import java.util.Arrays;
import java.util.Map;

/**
 * A prepared model's input {@code uint8[N, height, width, 3]} and output {@code float32[N,
 * classes]}.
 *
 * @param input name of the input
 * @param output name of the output
 * @param width width of the images, in pixels
 * @param height height of the images, in pixels
 * @param classes number of classes
 * @param single whether N is 1, so that a run takes one image; otherwise N may be any number
 * @param answers the kind of the answers
 */
record PreparedSignature(
    String input,
    String output,
    int width,
    int height,
    int classes,
    boolean single,
    AnswerKind answers) {

  private static final long ANY = -1;

  /**
   * Reads a loaded model's signature.
   *
   * @throws ModelException if the model was not prepared for this preprocessing and these labels
   */
  static PreparedSignature of(OrtSession session, Preprocessing preprocessing, Labels labels) {
    try {
      requireMark(session, preprocessing);
      int width = preprocessing.width();
      int height = preprocessing.height();
      boolean single = firstDimension(session.getInputInfo()) == 1;
      long batch = single ? 1 : ANY;
      return new PreparedSignature(
          require("input", session.getInputInfo(), OnnxJavaType.UINT8, batch, height, width, 3),
          require("output", session.getOutputInfo(), OnnxJavaType.FLOAT, batch, labels.size()),
          width,
          height,
          labels.size(),
          single,
          PreparedMark.answers(
              session.getMetadata().getCustomMetadataValue(PreparedMark.ANSWERS_KEY)));
    } catch (OrtException e) {
      throw new ModelException("the model's signature cannot be read: " + OrtFailure.line(e), e);
    }
  }

  /** {@return the first dimension of the first tensor; {@link #ANY} if there is none} */
  static long firstDimension(Map<String, NodeInfo> nodes) {
    return nodes.values().stream()
        .map(NodeInfo::getInfo)
        .filter(info -> info instanceof TensorInfo tensor && tensor.getShape().length > 0)
        .mapToLong(info -> ((TensorInfo) info).getShape()[0])
        .findFirst()
        .orElse(ANY);
  }

  private static void requireMark(OrtSession session, Preprocessing preprocessing)
      throws OrtException {
    String expected = PreparedMark.text(preprocessing);
    String found =
        session
            .getMetadata()
            .getCustomMetadataValue(PreparedMark.KEY)
            .orElseThrow(() -> new UnpublishedModelException("the model file was never prepared"));
    if (!found.equals(expected)) {
      throw new ModelException(
          "the model file was prepared with "
              + OneLine.of(found)
              + ", but the manifest says "
              + expected
              + ": import the model again");
    }
  }

  private static String require(
      String what, Map<String, NodeInfo> nodes, OnnxJavaType elements, long... shape) {
    if (nodes.size() == 1) {
      NodeInfo node = nodes.values().iterator().next();
      if (node.getInfo() instanceof TensorInfo tensor
          && tensor.type == elements
          && Arrays.equals(tensor.getShape(), shape)) {
        return node.getName();
      }
    }
    throw new ModelException(
        "the model has "
            + OneLine.of(nodes.values().toString())
            + " instead of one "
            + what
            + " "
            + elements
            + Arrays.toString(shape)
            + ": import it again with its own labels");
  }
}
