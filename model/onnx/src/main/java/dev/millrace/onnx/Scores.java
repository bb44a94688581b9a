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

/** What a model answered to sample images, in whatever shape: files need not declare it. */
final class Scores {

  /** Two, so that a model which only takes batches of one does not pass. */
  private static final int IMAGES = 2;

  /** How far from 1 a sum of probabilities may be that were computed in half precision. */
  private static final double HALF_PRECISION = 5e-3;

  private final long[] shape;
  private final FloatBuffer values;

  private Scores(long[] shape, FloatBuffer values) {
    this.shape = shape;
    this.values = values;
  }

  /**
   * Runs a model on two images of noise.
   *
   * @param model a file that takes pixels and answers float32
   * @throws ModelException if it does not load or run
   */
  static Scores ofSamples(byte[] model, Preprocessing preprocessing) {
    int size = preprocessing.size();
    long[] inputShape = {IMAGES, size, size, Preprocessing.CHANNELS};
    try (OrtSession session = OrtSessions.open(model, Device.CPU);
        OnnxTensor pixels =
            OnnxTensor.createTensor(
                OrtLibrary.environment(),
                SampleImages.noise(IMAGES, size),
                inputShape,
                OnnxJavaType.UINT8);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), pixels))) {
      OnnxTensor scores = (OnnxTensor) result.get(0);
      return new Scores(scores.getInfo().getShape(), scores.getFloatBuffer());
    } catch (OrtException e) {
      throw new ModelException(
          "the model does not run on a batch of "
              + IMAGES
              + " images of "
              + size
              + "x"
              + size
              + " pixels: "
              + OrtFailure.line(e)
              + "; export it with a dynamic batch axis and for that size",
          e);
    }
  }

  /**
   * Checks that there is one finite score for every class of every image.
   *
   * @throws ModelException if there is not
   */
  void require(Labels labels) {
    boolean isTable = shape.length == 2 || (isMap() && shape[2] == 1 && shape[3] == 1);
    if (!isTable || shape[0] != IMAGES) {
      throw new ModelException(
          "the model answers a batch of "
              + IMAGES
              + " with the shape "
              + Arrays.toString(shape)
              + ": export one that answers [batch, classes]");
    }
    if (shape[1] != labels.size()) {
      throw new ModelException(
          "the model has "
              + shape[1]
              + " classes and there are "
              + labels.size()
              + " labels: give the labels that it was trained with, one a class");
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

  /** Whether the shape is [batch, classes, 1, 1]. */
  boolean isMap() {
    return shape.length == 4;
  }

  /**
   * Whether each image's scores are a distribution over the classes, perhaps rounded to float16.
   */
  boolean areDistributions() {
    return Distributions.areRows(values, IMAGES, (int) shape[1], HALF_PRECISION);
  }
}
