package dev.millrace.trainer.pretrain;

import static dev.millrace.trainer.pretrain.PretrainingRig.NETWORK;
import static dev.millrace.trainer.pretrain.PretrainingRig.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.CollapsedException;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.SimSiam;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.Views;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchPretrainer;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingRunTest {

  private static final PretrainingMethod METHOD =
      new PretrainingMethod.Similarity(
          SimSiam.of(NETWORK, 64), new Views(0.5, true, 0.4, 0.2, 0.1));

  @TempDir private Path folder;

  private PretrainingRig rig;

  @BeforeEach
  void prepare() {
    SmallImages.write(folder.resolve("images"), 2, 24);
    rig = new PretrainingRig(folder);
  }

  private PretrainingConfig config(String run, int epochs, double learningRate) {
    return rig.config(run, METHOD, epochs, learningRate);
  }

  /** In this test, the listener throws what the binding of libtorch throws. */
  @Test
  void tooLittleMemory_isExplained() {
    HeardPretraining heard =
        new HeardPretraining() {
          @Override
          public void stepped(long step, int batch, double loss) {
            throw new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB");
          }
        };

    assertThatThrownBy(
            () -> new LibtorchPretrainer().pretrain(config("run", 1, 0.2), heard, () -> false))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("the device has too little memory (CUDA out of memory.");
  }

  @Test
  void loss_falls_andEveryEpochIsJudged() {
    HeardPretraining heard = run(config("run", 8, 0.2));

    assertThat(heard.images).isEqualTo(48);
    assertThat(heard.steps).hasSize(24).last().isEqualTo(24L);
    assertThat(heard.epochs).hasSize(8);
    assertThat(heard.epochs.get(7).loss()).isLessThan(heard.epochs.get(0).loss() - 0.1);
    for (PretrainingReport report : heard.epochs) {
      assertThat(report.rotations()).isNull();
      assertThat(report.spread()).isBetween(Spread.COLLAPSED, 1.1);
      assertThat(report.judged()).isEqualTo(heard.judged).isEqualTo(10);
    }
    assertThat(heard.untrained).singleElement().isNotNull();
    // The classes differ in brightness.
    assertThat(heard.epochs.get(7).neighbours().value()).isGreaterThanOrEqualTo(0.7);
    assertThat(heard.written).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(heard.warnings).isEmpty();
  }

  @Test
  void loss_fallsInBfloat16() {
    HeardPretraining heard = run(on(new Compute(Device.CPU, 1, true), config("run", 8, 0.2)));

    assertThat(heard.epochs.get(7).loss()).isLessThan(heard.epochs.get(0).loss() - 0.1);
    assertThat(rig.encoder("run").lineage().recipe()).containsEntry("bf16", "true");
    assertThatThrownBy(() -> run(config("run", 8, 0.2)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another bf16 (true, now false)");
  }

  @Test
  void deviceThatIsNotThere_isRefusedBeforeTheImagesAreRead() {
    Compute gpu = new Compute(Device.parse("cuda:0"), 1, false);

    assertThatThrownBy(() -> run(on(gpu, config("run", 1, 0.2))))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("device cuda:0: ");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private static PretrainingConfig on(Compute compute, PretrainingConfig config) {
    return new PretrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        config.method(),
        config.optimization(),
        config.seed(),
        config.run(),
        config.output(),
        compute);
  }

  @Test
  void encoder_namesItsTraining() {
    HeardPretraining heard = run(config("run", 2, 0.05));

    Encoder encoder = rig.encoder("run");

    assertThat(encoder.report()).isEqualTo(heard.epochs.get(1));
    assertThat(encoder.lineage().epochs()).isEqualTo(2);
    assertThat(encoder.lineage().seed()).isEqualTo(7);
    assertThat(encoder.lineage().data().classes()).containsExactly(24, 24);
    assertThat(encoder.lineage().recipe()).containsKeys("views", "method", "optimization");
    assertThat(encoder.lineage().libraries()).containsKey("libtorch");
  }

  @Test
  void run_thatWasStopped_goesOn_andGivesTheSameBytes() throws IOException {
    run(config("whole", 3, 0.05));
    HeardPretraining stopped = run(config("run", 3, 0.05), 4);
    assertThat(stopped.steps).containsExactly(1L, 2L, 3L, 4L);

    HeardPretraining resumed = run(config("run", 3, 0.05));

    assertThat(resumed.done).isEqualTo(4);
    assertThat(resumed.untrained).isEmpty();
    assertThat(resumed.steps).startsWith(5L).endsWith(9L);
    assertThat(rig.encoder("run").weights()).isEqualTo(rig.encoder("whole").weights());
  }

  @Test
  void run_thatIsComplete_writesItsEncoderAgain() throws IOException {
    run(config("run", 1, 0.05));
    Weights before = rig.encoder("run").weights();
    Files.delete(rig.file("run"));

    HeardPretraining again = run(config("run", 1, 0.05));

    assertThat(again.steps).isEmpty();
    assertThat(again.written).containsExactly(1);
    assertThat(rig.encoder("run").weights().names()).isEqualTo(before.names());
  }

  @Test
  void run_withOtherOptions_isRefused() {
    run(config("run", 1, 0.05));

    assertThatThrownBy(() -> run(config("run", 1, 0.06)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another optimization");
  }

  @Test
  void training_startsFromTheEncoder_withANewLastLayer() {
    run(config("run", 1, 0.05));
    Weights encoder = rig.encoder("run").weights();
    List<String> allParts = List.of("stem", "layer1", "layer2", "layer3");
    Heard heard = new Heard();

    new LibtorchTrainer()
        .train(
            Configs.of(
                folder,
                "training",
                1,
                0.1,
                Optional.of(new Pretrained(encoder, List.of(), "the encoder", null, allParts))),
            heard,
            () -> false);

    ModelVersion version = heard.versions.get(0);
    Weights trained = OnnxWeights.read(version.readVerified());
    for (String name : encoder.names()) {
      assertThat(trained.get(name)).as(name).isEqualTo(encoder.get(name));
    }
    assertThat(trained.get("fc.bias").shape()).containsExactly(2);
    assertThat(version.manifest().lineage().start()).isEqualTo("the encoder");
  }

  @Test
  void imagesWithoutClasses_areTrainedOn_andTheMissingFigureIsSaid() throws IOException {
    SmallImages.write(folder.resolve("images").resolve("beside.png"), 0, 2, 99);

    HeardPretraining heard = run(config("run", 1, 0.05));

    assertThat(heard.images).isEqualTo(49);
    assertThat(heard.judged).isZero();
    assertThat(heard.epochs.get(0).neighbours()).isNull();
    assertThat(heard.warnings)
        .singleElement()
        .asString()
        .contains("the accuracy of the nearest neighbours is left out");
  }

  @Test
  void fileThatIsNoImage_isLeftOut_andSaid() throws IOException {
    Files.writeString(folder.resolve("images/a/notes.txt"), "no image");

    HeardPretraining heard = run(config("run", 1, 0.05));

    assertThat(heard.images).isEqualTo(48);
    assertThat(heard.warnings)
        .singleElement()
        .asString()
        .startsWith("1 of 49 images cannot be read: a/notes.txt (")
        .endsWith("; they are left out");
  }

  @Test
  void stopRequest_endsTheDecodingOfImages() {
    AtomicInteger reads = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    HeardPretraining heard = new HeardPretraining();
    new PretrainingRun(
            config("run", 1, 0.05),
            new UnlabelledImages(
                SmallImages.read(folder.resolve("images")).stream()
                    .map(image -> SmallImages.counted(image, reads))
                    .toList(),
                List.of("a", "b")),
            heard,
            () -> asked.incrementAndGet() > 5,
            System::nanoTime)
        .run("stopped");

    assertThat(reads).hasValueLessThanOrEqualTo(5);
    assertThat(heard.warnings).isEmpty();
    assertThat(rig.file("run")).doesNotExist();
  }

  @Test
  void oneImage_isTooFew() throws IOException {
    Path other = Files.createDirectories(folder.resolve("one/a"));
    SmallImages.write(other.resolve("1.png"), 0, 2, 1);
    PretrainingConfig config = config("run", 1, 0.05);

    assertThatThrownBy(
            () ->
                new PretrainingRun(
                        config,
                        ImageFolder.find(folder.resolve("one"), () -> false).orElseThrow(),
                        new HeardPretraining(),
                        () -> false,
                        System::nanoTime)
                    .run("name"))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("only 1 of 1 images can be read");
  }

  @Test
  void learningRateThatIsFarTooHigh_isAnError() {
    assertThatThrownBy(() -> run(config("run", 8, 1e6)))
        .isInstanceOfAny(CollapsedException.class, DivergedException.class);
  }
}
