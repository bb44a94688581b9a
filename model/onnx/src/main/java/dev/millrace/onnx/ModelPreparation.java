package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import dev.millrace.core.runtime.ModelSession;
import java.util.List;
import java.util.Optional;

/**
 * Prepares an exported model for serving. The prepared model takes 8-bit pixels and returns
 * probabilities, because its graph also contains the normalisation and the softmax.
 */
public final class ModelPreparation {

  private ModelPreparation() {}

  /**
   * Prepares a classifier whose file contains all of its weights, and declares its layout or runs
   * with only one layout. See {@link #prepare(ExportedModel, Preprocessing, Labels, ImageLayout)}.
   *
   * @param onnx the file's bytes, including the weights. The method neither changes the array nor
   *     keeps it
   * @param preprocessing the preprocessing that the model was trained with
   * @param labels names of the classes
   * @return the prepared file, which this method has loaded and run
   * @throws ModelException if the file cannot be served; the message says what to do
   */
  public static PreparedModel prepare(byte[] onnx, Preprocessing preprocessing, Labels labels) {
    return prepare(ExportedModel.of(onnx), preprocessing, labels, null);
  }

  /**
   * Prepares a classifier of grey, RGB or RGBA images.
   *
   * <p>The model must take one batch of images, or one image, as NCHW or NHWC, in float32, float16,
   * bfloat16, float64 or uint8. See {@link #prepare(ExportedModel, Preprocessing, Labels,
   * ImageLayout, ScoreSettings)}.
   *
   * @param exported the exported model
   * @param preprocessing the preprocessing that the model was trained with
   * @param labels names of the classes
   * @param layout the layout of the input, or null if the file declares its layout or runs with
   *     only one layout
   * @return the prepared file, which this method has loaded and run
   * @throws ModelException if the file cannot be served; the message says what to do
   */
  public static PreparedModel prepare(
      ExportedModel exported, Preprocessing preprocessing, Labels labels, ImageLayout layout) {
    return prepare(exported, preprocessing, labels, layout, ScoreSettings.FROM_FILE);
  }

  /**
   * Prepares a classifier of grey, RGB or RGBA images, and interprets its output according to the
   * user's settings.
   *
   * <p>The output with the scores must have one score per class and image, as {@code [batch,
   * classes]} or with further dimensions of 1. With two labels, the output may have only one score
   * per image. The score becomes the probabilities 1 - p and p, and p belongs to the second label.
   * The graph's last operators and the scores for sample images determine the kind of the scores.
   * If the model returns logits, a softmax is added. Probabilities stay unchanged, but
   * probabilities on another scale, or rounded to half precision, are divided by their sum. Scores
   * of a sigmoid are independent of each other and stay unchanged. Scores that look like
   * probabilities are never treated as logits, unless the settings say so.
   *
   * <p>A batch axis that is fixed at 1 is opened. The prepared model is compared with the untouched
   * file on different images, alone and in batches. If the answers in a batch differ, or if the
   * comparison proves nothing, the prepared model takes one image at a time.
   *
   * <p>A prepared file is refused, because a second preparation would normalise the images twice.
   *
   * @param exported the exported model
   * @param preprocessing the preprocessing that the model was trained with
   * @param labels names of the classes
   * @param layout the layout of the input, or null if the file declares its layout or runs with
   *     only one layout
   * @param settings the output that holds the scores, and the kind of the scores
   * @return the prepared file, which this method has loaded and run
   * @throws ModelException if the file cannot be served; the message says what to do
   */
  public static PreparedModel prepare(
      ExportedModel exported,
      Preprocessing preprocessing,
      Labels labels,
      ImageLayout layout,
      ScoreSettings settings) {
    OnnxFile file = exported.file();
    List<ImageInput> possible = ImageInput.possible(file.input(), preprocessing, layout);
    ScoreOutput output = new ScoreOutputs(file, labels.size()).find(settings.output());
    ImageInput input;
    Batching batching;
    try (OriginalModel original = OriginalModel.open(exported, output.name())) {
      input = ImageInput.running(possible, preprocessing, original);
      batching = Batching.of(file, input, output, preprocessing, original);
    }
    PreparedGraph graph = batching.graph();

    Scores scores = Scores.ofSamples(graph.values(), preprocessing);
    ScoreKind told =
        settings.kind() == null && file.isOwn(output.name()) ? ScoreKind.LOGITS : settings.kind();
    ScoreTail tail = new ScoreReading(output, scores, told).tail(labels);
    SerializedModel prepared = graph.probabilities(labels.size(), scores.needFlatten(), tail);

    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, true, preprocessing, labels)) {
      Proof.require(session);
    }
    return new PreparedModel(
        prepared.bytes(),
        Optional.ofNullable(prepared.weights()),
        input.toString(),
        preprocessing.size(),
        labels.size(),
        file.opset(),
        tail,
        output.isChosen() ? Optional.of(output.name()) : Optional.empty(),
        batching.rewritten(),
        batching.single());
  }
}
