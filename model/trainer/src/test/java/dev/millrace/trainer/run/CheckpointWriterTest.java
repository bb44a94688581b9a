package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.onnx.TemperatureScaling;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Selector;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {

  @TempDir Path home;

  private final Heard heard = new Heard();
  private TrainingConfig config;
  private ResNet network;
  private Weights weights;

  @BeforeEach
  void prepare() {
    SmallImages.write(home.resolve("images"), 2, 12);
    network = ResNet.of("resnet20").withSize(SmallImages.SIDE).withClasses(2);
    weights = HeInitialization.of(network, 1);
    Pretrained parent = new Pretrained(weights, List.of(), "small version 4", 4, List.of());
    config = Configs.of(home, "run", 1, 0.1, Optional.of(parent));
  }

  private void write(Function<MiniBatch, FloatBuffer> answers) {
    LabelledImages labelled =
        new Selector(config.data(), home.resolve("run"))
            .select(FolderImages.find(home.resolve("images")), List.of(), false)
            .labelled();
    try (TrainingImages images =
            TrainingImages.of(labelled, config, () -> false, warning -> {}).orElseThrow();
        CheckpointWriter writer =
            new CheckpointWriter(
                config, network, images, heard, Optional.empty(), Optional.empty(), () -> 0)) {
      Lineage lineage =
          Lineages.of(config, labelled, new RunProgress("run", 1, Optional.empty())).after(2, 0);
      assertThat(writer.write(weights, answers, "the run", Map.of("epoch", 2.0), true, lineage))
          .isTrue();
    }
  }

  @Test
  void networkThatAgreesWithItsExport_isPublishedWithWhatIsKnownOfIt() {
    try (TorchNetwork torch =
        new TorchNetwork(
            network,
            weights,
            List.of(),
            config.optimization(),
            Configs.PREPROCESSING,
            Compute.cpu(1))) {
      write(torch::probabilities);
    }

    ModelVersion version = new ModelRepository(home.resolve("models")).newest("small");
    assertThat(heard.versions).containsExactly(version);
    assertThat(OnnxWeights.read(version.readVerified()).get("fc.weight"))
        .isEqualTo(weights.get("fc.weight"));
    assertThat(version.isPrepared()).isTrue();
    assertThat(version.labels().names()).containsExactly("a", "b");
    assertThat(version.manifest().trainingRun()).isEqualTo("the run");
    Lineage lineage = version.manifest().lineage();
    assertThat(lineage.epochs()).isEqualTo(2);
    assertThat(lineage.start()).isEqualTo("small version 4");
    assertThat(lineage.data().classes()).containsExactly(12, 12);
    assertThat(lineage.recipe()).containsKeys("optimization", "augmentation", "network");
    assertThat(lineage.libraries())
        .containsKeys("libtorch", "onnxruntime", "opencv", "java", "processor");
    assertThat(lineage.libraries().get("opencv")).matches("\\d+[.]\\d+[.]\\d+-.*");
    assertThat(version.manifest().parentVersion()).isEqualTo(4);
    assertThat(version.manifest().metrics())
        .containsOnlyKeys("epoch", "accuracy", "accuracy_low", "accuracy_high", "accuracy_images");
    Figures figures = version.manifest().evaluation();
    assertThat(version.manifest().metrics().get("accuracy")).isEqualTo(figures.top1().value());
    assertThat(figures.matrix().classes()).isEqualTo(2);
    Calibration calibration = version.manifest().calibration();
    assertThat(calibration.before().n()).isEqualTo(figures.n()).isPositive();
    assertThat(calibration.changed()).isZero();
    assertThat(TemperatureScaling.of(version.readVerified())).hasValue(calibration.temperature());
  }

  @Test
  void networkThatAnswersOtherwise_isNotPublished() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> write(batch -> FloatBuffer.allocate(2 * batch.size())))
        .withMessageContaining("not published");

    assertThat(heard.versions).isEmpty();
    assertThat(home.resolve("models")).doesNotExist();
  }
}
