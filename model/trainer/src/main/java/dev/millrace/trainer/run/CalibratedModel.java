package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Temperature;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.TemperatureScaling;
import dev.millrace.trainer.data.EvaluationSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A prepared model with a temperature in its graph. The temperature is fitted on the gate's images
 * and evaluated on the report's images. Confined to one thread; {@link #close} closes the session.
 *
 * @param bytes the model file with the temperature
 * @param session a session of the model with the temperature
 * @param calibration the temperature, and the measures without it
 * @param figures the measures with the temperature
 * @param right the indices of the report's images that the model classifies correctly
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
record CalibratedModel(
    byte[] bytes, ModelSession session, Calibration calibration, Figures figures, BitSet right)
    implements AutoCloseable {

  /**
   * Largest number of images for the fit. More images hardly change the temperature, and their
   * logits need memory.
   */
  private static final int MOST_FITTED = 10_000;

  /**
   * Calibrates a model.
   *
   * @param prepared the model file without a temperature
   * @param plain a session of this file; the caller closes it
   */
  static CalibratedModel of(
      byte[] prepared, ModelSession plain, TrainingImages images, Preprocessing preprocessing) {
    List<float[]> logits = new ArrayList<>();
    List<Integer> truths = new ArrayList<>();
    int every = (images.gate().size() + MOST_FITTED - 1) / MOST_FITTED;
    int[] seen = {0};
    forEachAnswer(
        plain,
        images.gate(),
        (truth, probabilities) -> {
          if (seen[0]++ % every == 0) {
            logits.add(Temperature.logits(probabilities));
            truths.add(truth);
          }
        });
    double temperature = Temperature.fit(logits, truths);
    byte[] bytes = TemperatureScaling.apply(prepared, temperature);
    ModelSession session = OnnxModelRuntime.open(bytes, Device.CPU, preprocessing, images.labels());
    try {
      Judged before = Judged.of(plain, images);
      Judged after = Judged.of(session, images);
      return new CalibratedModel(
          bytes,
          session,
          new Calibration(
              temperature, logits.size(), after.differentFrom(before), before.figures().overall()),
          after.figures(),
          after.right());
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  /** The measures on the report's images, the answer for each image, and the right answers. */
  private record Judged(Figures figures, List<Integer> answers, BitSet right) {

    static Judged of(ModelSession session, TrainingImages images) {
      Evaluation evaluation = new Evaluation(session.classes());
      List<Integer> answers = new ArrayList<>();
      BitSet right = new BitSet();
      forEachAnswer(
          session,
          images.report(),
          (truth, probabilities) -> {
            var unused = evaluation.add(truth, probabilities);
            int answer = Evaluation.mostProbable(probabilities);
            right.set(answers.size(), answer == truth);
            answers.add(answer);
          });
      return new Judged(evaluation.figures(), answers, right);
    }

    int differentFrom(Judged other) {
      int different = 0;
      for (int i = 0; i < answers.size(); i++) {
        different += answers.get(i).equals(other.answers.get(i)) ? 0 : 1;
      }
      return different;
    }
  }

  /** Receives the class of an image and the probabilities that a model returns for it. */
  private interface Receiver {
    void receive(int truth, float[] probabilities);
  }

  private static void forEachAnswer(ModelSession session, EvaluationSet images, Receiver receiver) {
    int classes = session.classes();
    images.forEachBatch(
        batch -> {
          FloatBuffer probabilities =
              ByteBuffer.allocateDirect(batch.size() * classes * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          session.run(batch.pixels(), batch.size(), probabilities);
          for (int i = 0; i < batch.size(); i++) {
            float[] row = new float[classes];
            probabilities.get(i * classes, row);
            receiver.receive(batch.labels()[i], row);
          }
        });
  }

  /** {@return the number of the report's images that only this model classifies correctly} */
  int rightAlone(CalibratedModel other) {
    BitSet alone = (BitSet) right.clone();
    alone.andNot(other.right);
    return alone.cardinality();
  }

  @Override
  public void close() {
    session.close();
  }
}
