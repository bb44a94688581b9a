package dev.millrace.trainer.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** SimSiam's loss: Chen and He (2021), equations 1 to 4. */
final class NegativeCosine {

  private static final int FEATURES = 1;
  private static final double SMALLEST_NORM = 1e-8;

  private NegativeCosine() {}

  /**
   * {@return the symmetric loss of two views}
   *
   * @param predictions the predictor's output for each view
   * @param projections the projector's output for each view
   */
  static Tensor ofBoth(Tensor[] predictions, Tensor[] projections) {
    return of(predictions[0], projections[1])
        .add(of(predictions[1], projections[0]))
        .mul(new Scalar(0.5));
  }

  /**
   * {@return the mean negative cosine of the angles between corresponding rows of both tensors} No
   * gradient flows into the second tensor, which is the target.
   */
  static Tensor of(Tensor prediction, Tensor target) {
    return torch
        .cosine_similarity(prediction, target.detach(), FEATURES, SMALLEST_NORM)
        .mean()
        .neg();
  }
}
