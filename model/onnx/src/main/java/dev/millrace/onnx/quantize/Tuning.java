package dev.millrace.onnx.quantize;

import static dev.millrace.core.evaluation.Evaluation.mostProbable;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.threads.Workers;
import dev.millrace.onnx.OnnxModelRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;

/** Compares quantised models with the float32 model on the tuning images. */
final class Tuning {

  private static final double SMALLEST = 1e-7;

  private final CalibrationImages.Tuning images;
  private final Preprocessing preprocessing;
  private final Labels labels;
  private final Workers workers;
  private final List<float[]> expected;
  private final AnswerKind kind;

  /** Runs the float32 model on the tuning images. */
  Tuning(
      byte[] model,
      CalibrationImages.Tuning images,
      Preprocessing preprocessing,
      Labels labels,
      Workers workers) {
    this.images = images;
    this.preprocessing = preprocessing;
    this.labels = labels;
    this.workers = workers;
    try (ModelSession session = OnnxModelRuntime.open(model, Device.CPU, preprocessing, labels)) {
      this.kind = session.answers();
      this.expected = answers(session, images.images());
    }
  }

  /** {@return the model's damage on all tuning images} */
  Damage of(byte[] model) {
    return of(model, images.images());
  }

  /**
   * {@return the model's damage on the first tuning images}
   *
   * @param most the largest number of images
   */
  Damage of(byte[] model, int most) {
    return of(model, images.images().subList(0, Math.min(most, images.images().size())));
  }

  private Damage of(byte[] model, List<byte[]> pixels) {
    int n = pixels.size();
    List<float[]> actual;
    try (ModelSession session = OnnxModelRuntime.open(model, Device.CPU, preprocessing, labels)) {
      actual = answers(session, pixels);
    }
    int lost = 0;
    double divergence = 0;
    for (int i = 0; i < n; i++) {
      float[] before = expected.get(i);
      float[] after = actual.get(i);
      lost += lost(i, before, after);
      divergence += divergence(before, after) / n;
    }
    return new Damage(n, lost, divergence);
  }

  /** {@return the number of lost images in words, which say what was counted} */
  String lost(Damage damage) {
    return isWithoutTruths()
        ? damage.lost() + " of " + damage.images() + " tuning images with another answer"
        : String.format(
            Locale.ROOT, "%+d of %d tuning images right", -damage.lost(), damage.images());
  }

  private boolean isWithoutTruths() {
    return kind == AnswerKind.INDEPENDENT || images.truths().isEmpty();
  }

  private int lost(int image, float[] before, float[] after) {
    if (isWithoutTruths()) {
      return kind.isSameAnswer(before, after) ? 0 : 1;
    }
    int truth = images.truths().get(image);
    return (mostProbable(before) == truth ? 1 : 0) - (mostProbable(after) == truth ? 1 : 0);
  }

  private List<float[]> answers(ModelSession session, List<byte[]> pixels) {
    return workers.map(
        pixels,
        image -> {
          FloatBuffer scores =
              ByteBuffer.allocateDirect(session.classes() * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          session.run(CalibrationImages.direct(image), 1, scores);
          float[] answer = new float[session.classes()];
          scores.get(0, answer);
          return answer;
        });
  }

  private double divergence(float[] before, float[] after) {
    double divergence = 0;
    for (int i = 0; i < before.length; i++) {
      divergence += term(before[i], after[i]);
      divergence += kind == AnswerKind.INDEPENDENT ? term(1 - before[i], 1 - after[i]) : 0;
    }
    return divergence;
  }

  private static double term(double p, double q) {
    return p < SMALLEST ? 0 : p * Math.log(p / Math.max(q, SMALLEST));
  }
}
