package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Selector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibratedModelTest {

  private static final int CLASSES = 3;
  private static final float BIAS = 7.5f;

  @TempDir private Path home;

  /**
   * Returns weights with which the logit of class 1 is the next float above the logit of class 0,
   * and both are far above the logit of class 2.
   */
  private static Weights nearTies(ResNet network) {
    Map<String, WeightTensor> tensors =
        new LinkedHashMap<>(HeInitialization.of(network, 1).tensors());
    WeightTensor weight = tensors.get("fc.weight");
    int features = weight.size() / CLASSES;
    FloatBuffer rows = FloatBuffer.allocate(weight.size());
    for (int i = 0; i < 2 * features; i++) {
      rows.put(i, weight.values().get(i % features) / 1_000);
    }
    tensors.put("fc.weight", new WeightTensor(weight.shape(), rows));
    float[] biases = {BIAS, Math.nextUp(BIAS), 0};
    tensors.put("fc.bias", new WeightTensor(List.of(CLASSES), FloatBuffer.wrap(biases)));
    return new Weights(tensors);
  }

  /** Returns the number of images for which classes 0 and 1 have the same probability. */
  private static int ties(ModelSession session, EvaluationSet images) {
    int[] ties = {0};
    images.forEachBatch(
        batch -> {
          FloatBuffer probabilities =
              ByteBuffer.allocateDirect(batch.size() * CLASSES * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          session.run(batch.pixels(), batch.size(), probabilities);
          for (int i = 0; i < batch.size(); i++) {
            float first = probabilities.get(i * CLASSES);
            ties[0] += first == probabilities.get(i * CLASSES + 1) ? 1 : 0;
          }
        });
    return ties[0];
  }

  /** The division by the temperature rounds some pairs of neighbouring floats to one float. */
  @Test
  void answersThatChangeByATie_areCounted() throws IOException {
    SmallImages.write(home.resolve("images"), CLASSES, 120);
    for (int i = 36; i < 120; i++) { // a rare class needs a temperature
      Files.delete(home.resolve("images").resolve(String.format("c/%04d.png", i)));
    }
    calibrate(
        CalibratedModelTest::nearTies,
        (plain, images, model) -> {
          assertThat(ties(plain, images.report())).isZero();
          assertThat(model.calibration().changed())
              .isPositive()
              .isEqualTo(ties(model.session(), images.report()));
        });
  }

  /** A temperature that was fitted on the report's images would make their figures too good. */
  @Test
  void temperature_isFittedOnTheGate_andJudgedOnTheReport() {
    SmallImages.write(home.resolve("images"), CLASSES, 40);
    calibrate(
        network -> HeInitialization.of(network, 1),
        (plain, images, model) -> {
          int gate = images.gate().size();
          int report = images.report().size();
          assertThat(gate).isNotEqualTo(report);
          assertThat(model.calibration().images()).isEqualTo(gate);
          assertThat(model.calibration().before().n()).isEqualTo(report);
          assertThat(model.figures().n()).isEqualTo(report);
          assertThat(model.figures().top1().value())
              .isEqualTo((double) model.right().cardinality() / report);
        });
  }

  /** Receives a model without and with a temperature, and the images of the calibration. */
  private interface Calibrated {
    void check(ModelSession plain, TrainingImages images, CalibratedModel model);
  }

  private void calibrate(Function<ResNet, Weights> weights, Calibrated calibrated) {
    TrainingConfig config = Configs.of(home, 1, 0.1);
    ResNet network = config.network().withClasses(CLASSES);
    LabelledImages labelled =
        new Selector(config.data(), home.resolve("run"))
            .select(FolderImages.find(home.resolve("images")), List.of(), false)
            .labelled();
    byte[] prepared =
        ModelPreparation.prepare(
                ResNetOnnx.write(network, weights.apply(network)),
                config.preprocessing(),
                labelled.labels())
            .bytes();
    try (TrainingImages images =
            TrainingImages.of(labelled, config, () -> false, warning -> {}).orElseThrow();
        ModelSession plain =
            OnnxModelRuntime.open(prepared, Device.CPU, config.preprocessing(), labelled.labels());
        CalibratedModel model =
            CalibratedModel.of(prepared, plain, images, config.preprocessing())) {
      calibrated.check(plain, images, model);
    }
  }
}
