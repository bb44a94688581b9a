package dev.millrace.trainer.run;

import static dev.millrace.trainer.run.RunRig.EACH;
import static dev.millrace.trainer.run.RunRig.FEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ModelManifest.Source;
import dev.millrace.core.model.Setting;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.Precision;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {

  @TempDir private Path home;
  private RunRig rig;

  @BeforeEach
  void prepare() {
    rig = new RunRig(home);
  }

  @Test
  void training_learnsAndPublishesItsBestEpoch() {
    rig.write(3, EACH);
    Heard heard = rig.train(Configs.of(home, 3, 0.05));

    assertThat(heard.epochs).extracting(epoch -> epoch.epoch()).containsExactly(1, 2, 3);
    assertThat(heard.epochs.get(2).loss()).isLessThan(heard.epochs.get(0).loss() / 2);
    assertThat(rig.repository().versions("small")).containsExactly(1);
    ModelManifest manifest = rig.repository().newest("small").manifest();
    assertThat(manifest.source().kind()).isEqualTo("training");
    assertThat(manifest.labels()).containsExactly("a", "b", "c");
    assertThat(manifest.trainingRun()).isNotBlank();
    assertThat(manifest.metrics())
        .containsEntry("epoch", (double) best(heard.epochs).epoch())
        .containsKeys("accuracy", "train_loss");
    assertThat(home.resolve("run/curve.svg"))
        .content()
        .startsWith("<svg")
        .contains("<polyline", "<polygon", "95 % conf", " images<");
  }

  @Test
  void trainingWithPatience_stopsEarly_andEndsWithItsBestEpoch() {
    rig.write(3, EACH);
    TrainingConfig config = Configs.of(home, 30, 0.05);
    TrainingConfig patient =
        ConfigCopy.of(config).optimization(config.optimization().withPatience(2)).config();
    List<EpochReport> epochs = trainAndDemandEachEpoch(patient);

    EpochReport best = best(epochs);
    assertThat(epochs).hasSize(best.epoch() + 2).hasSizeLessThan(30);
    assertThat(rig.repository().newest("small").manifest().metrics())
        .containsEntry("epoch", (double) best.epoch())
        .containsEntry("held_out_accuracy", best.heldOutAccuracy());
    assertThat(rig.newest()).isEqualTo(rig.weights(best.epoch()));
  }

  @Test
  void bestEpochs_arePublishedAtTheEnd_theBestLast() {
    rig.write(3, EACH);
    List<EpochReport> epochs = trainAndDemandEachEpoch(keeping(3, Configs.of(home, 4, 0.05)));

    List<Integer> kept =
        Stream.of(5, 6, 7)
            .map(version -> rig.repository().version("small", version).manifest().metrics())
            .map(metrics -> metrics.get("epoch").intValue())
            .toList();
    assertThat(rig.repository().versions("small")).hasSize(7);
    assertThat(kept.get(2)).isEqualTo(best(epochs).epoch());
    assertThat(kept).extracting(epoch -> epochs.get(epoch - 1).heldOutAccuracy()).isSorted();
    for (int i = 0; i < kept.size(); i++) {
      assertThat(rig.weights(5 + i)).isEqualTo(rig.weights(kept.get(i)));
    }
  }

  /**
   * The run begins with a smaller number of kept epochs, so its state lacks the weights of an
   * earlier epoch.
   */
  @Test
  void runThatKeptFewerEpochsBefore_saysSo() {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 3, 0.05), 5);
    Heard heard = rig.train(keeping(3, Configs.of(home, 3, 0.05)));

    assertThat(rig.repository().versions("small")).hasSize(2);
    assertThat(heard.warnings).singleElement().asString().contains("only 2 epochs");
  }

  /**
   * Trains with an interruption, and demands a checkpoint after each epoch. The version of epoch 1
   * has the number 1, and so on.
   */
  private List<EpochReport> trainAndDemandEachEpoch(TrainingConfig config) {
    List<EpochReport> ended = new ArrayList<>();
    for (long steps : List.of(7L, Long.MAX_VALUE)) {
      Heard heard =
          new Heard() {
            @Override
            public void epochEnded(EpochReport report) {
              ended.add(report);
              rig.demandCheckpoint();
            }
          };
      new LibtorchTrainer().train(config, heard, () -> heard.steps.size() >= steps);
    }
    return ended;
  }

  private static EpochReport best(List<EpochReport> epochs) {
    return epochs.stream()
        .max(Comparator.comparingDouble(EpochReport::heldOutAccuracy))
        .orElseThrow();
  }

  private static TrainingConfig keeping(int keep, TrainingConfig config) {
    Checkpoints before = config.checkpoints();
    return ConfigCopy.of(config)
        .checkpoints(
            new Checkpoints(
                before.repository(),
                before.model(),
                before.run(),
                before.every(),
                keep,
                before.gate(),
                before.precision()))
        .config();
  }

  @Test
  void int8_followsEachVersion_andIsJudgedOnImagesThatDidNotMakeIt() throws IOException {
    rig.write(2, 460);
    Heard heard = rig.train(inInt8(Configs.of(home, 2, 0.05), 0.9));

    assertThat(heard.warnings).isEmpty();
    assertThat(heard.versions).hasSize(2);
    ModelVersion float32 = rig.repository().version("small", 1);
    ModelManifest int8 = rig.repository().version("small", 2).manifest();
    assertThat(float32.manifest().quantization()).isNull();
    assertThat(int8.source()).isEqualTo(new Source("quantization", null, float32.sha256()));
    assertThat(int8.parentVersion()).isEqualTo(1);
    assertThat(int8.trainingRun()).isEqualTo(float32.manifest().trainingRun());
    assertThat(int8.lineage()).as("that of the parent").isNull();
    assertThat(int8.quantization().reduceRange()).isTrue();
    assertThat(int8.quantization().canSaturate()).isFalse();
    assertThat(int8.quantization().calibration().images()).as("all to train on").isBetween(80, 100);
    assertThat(int8.quantization().judgement().float32())
        .isEqualTo(float32.manifest().evaluation().top1());
    assertThat(int8.quantization().judgement().images()).isBetween(200, 215);
    assertThat(int8.quantization().judgement().loss()).isLessThanOrEqualTo(0.5);
    assertThat(int8.quantization().judgement().changes().bound())
        .isGreaterThan(int8.quantization().judgement().loss());
    assertThat(int8.metrics())
        .containsEntry("epoch", float32.manifest().metrics().get("epoch"))
        .containsEntry("accuracy", int8.evaluation().top1().value());
    assertThat(int8.calibration().images()).as("those of the gate").isGreaterThan(600);
    assertThat(Files.size(rig.repository().version("small", 2).modelFile()))
        .isLessThan(Files.size(float32.modelFile()) / 2);
    new OnnxModelRuntime().open(rig.repository().version("small", 2), Device.CPU).close();
  }

  @Test
  void int8_withTooFewImages_isRefusedBeforeTheFirstStep() {
    rig.write(2, FEW);
    TrainingConfig config = inInt8(Configs.of(home, 2, 0.05), 0.5);

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> rig.train(config))
        .withMessageContaining("held-out images can judge it, but at least 200 are needed")
        .satisfies(
            e -> assertThat(e.settings()).containsExactly(Setting.HELD_OUT, Setting.PRECISION));
    assertThat(home.resolve("models")).doesNotExist();
  }

  private TrainingConfig inInt8(TrainingConfig config, double heldOut) {
    return ConfigCopy.of(config)
        .data(new TrainingData.Folder(home.resolve("images"), new Split(heldOut), new ClassRule(1)))
        .checkpoints(
            new Checkpoints(
                rig.repository(),
                "small",
                home.resolve("run"),
                Optional.empty(),
                1,
                Optional.empty(),
                Precision.INT8))
        .config();
  }

  /** The step is too small to move the scales away from their initial values. */
  @Test
  void zeroInit_startsEachBlockAsTheIdentity() {
    rig.write(2, FEW);
    for (boolean zeroInit : new boolean[] {true, false}) {
      TrainingConfig config = Configs.of(home, "run" + zeroInit, 1, 1e-30, Optional.empty());
      Optimization usual = config.optimization();
      Optimization optimization =
          new Optimization(
              usual.epochs(),
              usual.patience(),
              usual.sampling(),
              usual.learningRate(),
              usual.optimizer(),
              usual.labelSmoothing(),
              zeroInit);
      rig.train(ConfigCopy.of(config).optimization(optimization).config());

      Weights weights = rig.newest();
      for (String block : List.of("layer1.0", "layer2.1", "layer3.2")) {
        assertThat(weights.get(block + ".bn1.weight").values().get(0)).isEqualTo(1);
        assertThat(weights.get(block + ".bn2.weight").values().get(0))
            .isCloseTo(zeroInit ? 0 : 1, Offset.offset(1e-20f));
      }
    }
  }

  /**
   * The steps are too small to change the weights. A moving average over the steps would still
   * change in the second epoch.
   */
  @Test
  void statisticsOfBatchNorms_areThoseOfTheImages_notAnAverageOverSteps() {
    rig.write(3, FEW);
    rig.train(keeping(2, Configs.of(home, 2, 1e-30)));

    Weights first = rig.weights(1);
    for (String name : List.of("bn1.running_mean", "bn1.running_var")) {
      assertThat(rig.newest().get(name)).isEqualTo(first.get(name));
    }
    assertThat(rig.newest().get("bn1.running_mean").values().get(0)).isNotZero();
  }

  @Test
  void divergedTraining_saysSo_andPublishesNothing() {
    rig.write(2, EACH);

    assertThatThrownBy(() -> rig.train(Configs.of(home, 3, 1e6)))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.learningRate()).isEqualTo(1e6);
              assertThat(e.folder()).isEqualTo(home.resolve("run").toString());
            })
        .hasMessageContaining("diverged");
    assertThat(home.resolve("models")).doesNotExist();
  }

  /** After the last step there is no other step whose loss would show the divergence. */
  @Test
  void trainingThatDivergesInItsLastStep_saysSo_andPublishesNothing() {
    rig.write(2, FEW);

    assertThatThrownBy(() -> rig.train(growing()))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "the network answers NaN after step 2: the training has diverged, and nothing is"
                + " published");
    assertThat(home.resolve("models")).doesNotExist();
    assertThat(home.resolve("run/curve.svg")).doesNotExist();
  }

  @Test
  void checkpointDemandedAfterTheStepThatDiverged_saysSo_andIsNotPublished() {
    rig.write(2, EACH);
    Heard heard =
        new Heard() {
          @Override
          public void stepped(long step, int images, double loss) {
            if (step == 2) {
              rig.demandCheckpoint();
            }
          }
        };

    assertThatThrownBy(() -> new LibtorchTrainer().train(growing(), heard, () -> false))
        .isInstanceOf(DivergedException.class)
        .hasMessageStartingWith("the network answers NaN after step ");
    assertThat(home.resolve("models")).doesNotExist();
  }

  /**
   * Returns a configuration in which each step makes the weights 1e12 times as large. After two
   * steps, the network's answers are no longer finite.
   */
  private TrainingConfig growing() {
    TrainingConfig config = Configs.of(home, 1, 1e6);
    Optimizer optimizer = new Optimizer(Optimizer.Rule.SGD, 0.9, 1e6, true, 0, 0);
    return ConfigCopy.of(config).optimization(config.optimization().with(optimizer)).config();
  }

  /** In this test, the listener throws what the binding of libtorch throws. */
  @Test
  void tooLittleMemory_isExplained() {
    rig.write(2, FEW);
    Heard heard =
        new Heard() {
          @Override
          public void stepped(long step, int images, double loss) {
            throw new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB\nframe #0");
          }
        };

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(
            () -> new LibtorchTrainer().train(Configs.of(home, 1, 0.05), heard, () -> false))
        .withMessage(
            "the device has too little memory (CUDA out of memory. Tried to allocate 2 GiB); take"
                + " fewer images per batch, or smaller images");
  }

  @Test
  void transfer_keepsTheParentAndDrawsANewHead() {
    rig.write(3, EACH);
    rig.train(Configs.of(home, 1, 0.05));
    Weights parent = rig.newest();
    rig.write(4, EACH);
    Pretrained pretrained =
        new Pretrained(
            parent, List.of("a", "b", "c"), "small version 1", 1, List.of("stem", "layer1"));

    rig.train(Configs.of(home, "transfer", 1, 0.05, Optional.of(pretrained)));

    assertThat(rig.repository().newest("small").manifest().parentVersion()).isEqualTo(1);
    assertThat(rig.newest().get("layer1.0.conv1.weight"))
        .isEqualTo(parent.get("layer1.0.conv1.weight"));
    assertThat(rig.newest().get("layer3.0.conv1.weight"))
        .isNotEqualTo(parent.get("layer3.0.conv1.weight"));
    assertThat(rig.newest().get("fc.bias").shape()).containsExactly(4);
  }

  /** The names of the classes in the file are unknown, so only the user can check their order. */
  @Test
  void lastLayerThatIsKeptWithoutNames_isReported() {
    rig.write(3, FEW);
    TrainingConfig config = rig.ofTheLastLayer("run");

    assertThat(rig.train(config, 1).warnings)
        .containsExactly(
            "start does not name its classes, and has as many as the images; its last layer is kept,"
                + " and its rows become the classes from a to c. If its classes have another order,"
                + " give a file of classes in its order");
  }

  /** Initial weights have batch norms with mean 0 and variance 1, like those of an exporter. */
  @Test
  void foldedBatchNorms_areRestoredOnce_andReported() {
    rig.write(3, FEW);
    ResNet network = ResNet.of("resnet20").withClasses(5).withSize(SmallImages.SIDE);
    Pretrained exported =
        new Pretrained(
            HeInitialization.of(network, 3), List.of(), "exported.onnx", null, List.of("stem"));
    TrainingConfig config = Configs.of(home, "run", 1, 1e-30, Optional.of(exported));

    assertThat(rig.train(config, 1).warnings)
        .singleElement()
        .asString()
        .matches(
            "exported.onnx has \\d+ batch norms whose statistics an exporter folded into weight and"
                + " bias \\(mean 0, variance 1\\); they are restored from \\d+ training images, and the"
                + " network's answers stay the same");
    assertThat(rig.train(config).warnings).isEmpty();
    assertThat(rig.newest().get("layer1.0.bn1.weight"))
        .isNotEqualTo(exported.weights().get("layer1.0.bn1.weight"));
    assertThat(rig.newest().get("bn1.weight")).isEqualTo(exported.weights().get("bn1.weight"));
  }
}
