package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.ModelSession;

/**
 * Prepares an exported model for serving. The prepared model takes 8-bit pixels and returns
 * probabilities, because its graph also contains the normalisation and the softmax.
 */
public final class ModelPreparation {

  private ModelPreparation() {}

  /**
   * Prepares a classifier of RGB images.
   *
   * <p>The model must take one float32 or float16 batch of images, NCHW or NHWC, with a dynamic
   * batch axis. It must return one tensor {@code [batch, classes]} or {@code [batch, classes, 1,
   * 1]}. If the model returns logits, a softmax is added. Probabilities stay unchanged, but
   * probabilities that were rounded to half precision are divided by their sum. The graph's last
   * operators decide whether the outputs are logits. The outputs for sample images must agree with
   * that decision.
   *
   * <p>A prepared file is refused, because a second preparation would normalise the images twice.
   *
   * @param onnx the file's bytes, including the weights. The method neither changes the array nor
   *     keeps it
   * @param preprocessing the size, mean and standard deviation that the model was trained with
   * @param labels names of the classes
   * @return the prepared file, which this method has loaded and run
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
