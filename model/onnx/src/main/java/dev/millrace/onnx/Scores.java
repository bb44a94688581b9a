package dev.millrace.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * A model's scores for two sample images. The scores may have any shape, because an ONNX file need
 * not declare the shape of its output.
 */
final class Scores {

  /** Two images, unless the model takes only one image at a time. */
  private static final int IMAGES = 2;

  /** The largest allowed difference between 1 and the sum of probabilities in half precision. */
  private static final double HALF_PRECISION = 5e-3;

  private final long[] shape;
  private final FloatBuffer values;

  private final int images;

  private Scores(int images, long[] shape, FloatBuffer values) {
    this.images = images;
    this.shape = shape;
    this.values = values;
  }

  /**
   * Runs a model on two images of noise, or on one if it takes only one image at a time.
   *
   * @param model an ONNX file that takes 8-bit pixels and returns float32 scores
   * @throws ModelException if the model cannot be loaded or run
   */
  static Scores ofSamples(byte[] model, Preprocessing preprocessing) {
    int width = preprocessing.width();
    int height = preprocessing.height();
    try (OrtSession session = OrtSessions.open(model, Device.CPU)) {
      int images = PreparedSignature.firstDimension(session.getInputInfo()) == 1 ? 1 : IMAGES;
      long[] inputShape = {images, height, width, Preprocessing.CHANNELS};
      try (OnnxTensor pixels =
              OnnxTensor.createTensor(
                  OrtLibrary.environment(),
                  SampleImages.noise(images, width, height),
                  inputShape,
                  OnnxJavaType.UINT8);
          OrtSession.Result result =
              session.run(Map.of(session.getInputNames().iterator().next(), pixels))) {
        OnnxTensor scores = (OnnxTensor) result.get(0);
        return new Scores(images, scores.getInfo().getShape(), scores.getFloatBuffer());
      }
    } catch (OrtException e) {
      throw new ModelException(
          "the model does not run on sample images of "
              + preprocessing.size()
              + " pixels: "
              + OrtFailure.line(e)
              + "; export it for that size",
          e);
    }
  }

  /**
   * Requires one finite score per class and image.
   *
   * @throws ModelException if a score is missing or not finite
   */
  void require(Labels labels) {
    boolean isTable = shape.length == 2 || (isMap() && shape[2] == 1 && shape[3] == 1);
    if (!isTable || shape[0] != images) {
      throw new ModelException(
          "the model answers a batch of "
              + images
              + " with the shape "
              + Arrays.toString(shape)
              + ": export one that returns [batch, classes]");
    }
    if (shape[1] != labels.size()) {
      throw new ModelException(
          "the model has "
              + shape[1]
              + " classes, but there are "
              + labels.size()
              + " labels: give the labels that it was trained with, one per class");
    }
    for (int i = 0; i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new ModelException(
            "the model answers "
                + values.get(i)
                + " to a sample image: check its weights, and that mean and std are those it was"
                + " trained with");
      }
    }
  }

  /** {@return whether the shape is {@code [batch, classes, 1, 1]}} */
  boolean isMap() {
    return shape.length == 4;
  }

  /**
   * {@return whether each image's scores are a distribution over the classes, possibly rounded to
   * float16}
   */
  boolean areDistributions() {
    return Distributions.areRows(values, images, (int) shape[1], HALF_PRECISION);
  }
}
