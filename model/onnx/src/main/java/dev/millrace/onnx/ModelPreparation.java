package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.ModelSession;

/**
 * Prepares, once, a model that someone else exported, so that it serves from then on: 8-bit pixels
 * in, probabilities out, normalisation and softmax inside the graph.
 */
public final class ModelPreparation {

  private ModelPreparation() {}

  /**
   * Prepares a classifier of RGB images.
   *
   * <p>It must take one float32 or float16 batch, NCHW or NHWC, with a dynamic batch axis, and
   * answer {@code [batch, classes]} or {@code [batch, classes, 1, 1]}: logits, to which a softmax
   * is appended, or probabilities, which are left as they are (but for half precision, whose
   * rounding is made up for). Which of the two its graph decides, and its answers to sample images
   * must agree. A file that was prepared before is refused: a second front would normalise what is
   * normalised.
   *
   * @param onnx the file's bytes, weights included; not changed and not kept
   * @param preprocessing the size, mean and standard deviation that the model was trained with
   * @param labels names of its classes
   * @return the prepared file, which was loaded and run
   * @throws ModelException if the file cannot be served; the message says what to do
   */
  public static PreparedModel prepare(byte[] onnx, Preprocessing preprocessing, Labels labels) {
    OnnxFile file = OnnxFile.parse(onnx);
    ImageInput input = ImageInput.of(file.input(), preprocessing);
    ScoreOutput output = ScoreOutput.of(file);
    PreparedGraph graph = new PreparedGraph(file, input, output, preprocessing);

    Scores scores = Scores.ofSamples(graph.scores(), preprocessing);
    scores.require(labels);
    boolean logits = output.origin().kind().needSoftmax(scores.areDistributions());
    byte[] prepared = graph.probabilities(labels.size(), scores.isMap(), logits);

    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, preprocessing, labels)) {
      Proof.require(session);
    }
    return new PreparedModel(
        prepared, input.toString(), preprocessing.size(), labels.size(), file.opset(), logits);
  }
}
