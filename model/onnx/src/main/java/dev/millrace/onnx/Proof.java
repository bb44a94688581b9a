package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Checks a loaded model by running it on sample images: noise, a black image and a mid-grey image.
 */
final class Proof {

  /**
   * The largest allowed difference between an image's probabilities alone and in a batch of two.
   * Kernels for different batch sizes add values in different orders, so their rounding errors
   * differ. The difference is largest in half precision.
   */
  private static final double BATCH_TOLERANCE = 5e-3;

  /** The largest allowed difference between 1 and the sum of an image's probabilities. */
  private static final double SUM_TOLERANCE = 1e-4;

  private static final String NOISE = "a sample image";

  private static final int BLACK = 0;
  private static final int GREY = 128;

  private Proof() {}

  /**
   * Runs four batches: one noise image, two noise images, one black image, and one mid-grey image.
   * Some models divide by the standard deviation of the image. They return probabilities for noise,
   * but NaN for an image of one colour, whose standard deviation is 0.
   *
   * @throws ModelException if an answer is not of the kind that {@link ModelSession#answers} names,
   *     or if an image's answer depends on the other images in the batch
   */
  static void require(ModelSession session) {
    ByteBuffer pixels = SampleImages.noise(2, session.inputWidth(), session.inputHeight());
    FloatBuffer alone = answer(session, pixels, 1, NOISE);
    FloatBuffer together = answer(session, pixels, 2, NOISE);
    for (int i = 0; i < session.classes(); i++) {
      if (Math.abs(alone.get(i) - together.get(i)) > BATCH_TOLERANCE) {
        throw new ModelException(
            "the model's answer for an image depends on the other images in its batch: export it in"
                + " evaluation mode, with softmax over the classes");
      }
    }
    answer(
        session,
        SampleImages.plain(BLACK, session.inputWidth(), session.inputHeight()),
        1,
        "a black image");
    answer(
        session,
        SampleImages.plain(GREY, session.inputWidth(), session.inputHeight()),
        1,
        "a mid-grey image");
  }

  private static FloatBuffer answer(
      ModelSession session, ByteBuffer pixels, int images, String what) {
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(images * session.classes() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try {
      session.run(pixels, images, probabilities);
    } catch (InferenceException e) {
      throw new ModelException(e.getMessage() + ": export the model with a dynamic batch axis", e);
    }
    for (int image = 0; image < images; image++) {
      float[] row = new float[session.classes()];
      probabilities.get(image * row.length, row);
      String problem = session.answers().problem(row, SUM_TOLERANCE);
      if (problem != null) {
        throw new ModelException(
            "the model's answer to "
                + what
                + (session.answers() == AnswerKind.EXCLUSIVE
                    ? " is not a distribution over its classes: "
                    : " does not hold probabilities: ")
                + (hasNan(row)
                    ? "it holds NaN; export the model in float32, and without a division by zero"
                    : "it has " + problem + "; export it to return logits"));
      }
    }
    return probabilities;
  }

  private static boolean hasNan(float[] row) {
    for (float value : row) {
      if (Float.isNaN(value)) {
        return true;
      }
    }
    return false;
  }
}
