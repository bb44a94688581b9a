package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Tries a loaded model on sample images, alone and two at a time. */
final class Proof {

  /** Kernels for other batch sizes add in another order; half precision shows it most. */
  private static final double BATCH_TOLERANCE = 5e-3;

  /** What a prediction's probabilities may sum to, apart from 1. */
  private static final double SUM_TOLERANCE = 1e-4;

  private Proof() {}

  /**
   * Runs batches of one and two.
   *
   * @throws ModelException unless each answer is a distribution over the classes, and an image's
   *     answer is the same whatever else is in its batch
   */
  static void require(ModelSession session) {
    ByteBuffer pixels = SampleImages.noise(2, session.inputSize());
    FloatBuffer alone = answer(session, pixels, 1);
    FloatBuffer together = answer(session, pixels, 2);
    for (int i = 0; i < session.classes(); i++) {
      if (Math.abs(alone.get(i) - together.get(i)) > BATCH_TOLERANCE) {
        throw new ModelException(
            "the model's answer for an image depends on the other images in its batch: export it in"
                + " evaluation mode, with softmax over the classes");
      }
    }
  }

  private static FloatBuffer answer(ModelSession session, ByteBuffer pixels, int images) {
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(images * session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try {
      session.run(pixels, images, probabilities);
    } catch (InferenceException e) {
      throw new ModelException(e.getMessage() + ": export the model with a dynamic batch axis", e);
    }
    if (!Distributions.areRows(probabilities, images, session.classes(), SUM_TOLERANCE)) {
      throw new ModelException(
          "the model's answer to a sample image is no distribution over its classes: export it to"
              + " answer logits");
    }
    return probabilities;
  }
}
