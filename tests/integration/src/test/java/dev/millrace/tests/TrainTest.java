package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.testing.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code millrace train} as a user does, on real images. */
@Order(2) // the longest classes start first
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class TrainTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int IMAGES = 1_000;
  private static final int FEW_IMAGES = 400;
  private static final int KILLS = 2;
  private static final int MANY_KILLS = 20;
  private static final String MODEL = "trained";

  @TempDir Path folder;

  @BeforeEach
  void writeImages() throws Exception {
    for (DemoImage image : FashionMnist.read().subList(0, IMAGES)) {
      Path file = folder.resolve("images").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
  }

  private List<Object> train(Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                folder.resolve("images"),
                "--stem",
                "cifar_halved",
                "--size",
                28,
                "--batch-size",
                32,
                "--crop-padding",
                2,
                "--repository",
                folder.resolve("models"),
                "--model",
                MODEL,
                "--run",
                folder.resolve("run")));
    command.addAll(List.of(more));
    return command;
  }

  private MillraceProcess.Result run(List<Object> command) throws Exception {
    MillraceProcess.Result result = MillraceProcess.run(folder, command.toArray());
    assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
    assertThat(result.errors()).doesNotContain("millrace train:");
    return result;
  }

  private ModelRepository repository() {
    return new ModelRepository(folder.resolve("models"));
  }

  @Test
  void gate_promotesWhatIsBetter_andRefusesWhatIsNot(EmbeddedBroker broker) throws Exception {
    String at = broker.bootstrapServers();
    List<DemoImage> golden = FashionMnist.read().subList(IMAGES, IMAGES + 200);
    for (DemoImage image : golden) {
      Path file = folder.resolve("golden").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
    List<Object> gate =
        List.of(
            "--promote-if-better",
            0.2,
            "--bootstrap-servers",
            at,
            "--golden",
            folder.resolve("golden"),
            "--max-loss",
            20);

    List<Object> hardlyTrained = train("--epochs", 1, "--learning-rate", 0.00001);
    hardlyTrained.addAll(gate);
    List<Object> anyAccuracy = new ArrayList<>(hardlyTrained);
    anyAccuracy.addAll(List.of("--min-accuracy", 0));
    assertThat(run(anyAccuracy).output()).contains("the gate compares on ");
    assertThat(ControlTopics.champion(at, MODEL))
        .isEqualTo(new Champion(1, null, false, repository().version(MODEL, 1).sha256()));

    List<Object> trained = train("--epochs", 4, "--learning-rate", 0.05, "--schedule", "one_cycle");
    trained.addAll(gate);
    run(trained);
    Champion better = ControlTopics.champion(at, MODEL);
    assertThat(better.version()).isEqualTo(2);
    assertThat(repository().newest(MODEL).manifest().metrics())
        .as("no epoch is chosen on the gate's images")
        .containsEntry("epoch", 4.0);
    assertThat(repository().newest(MODEL).manifest().golden().classes().values())
        .as("images of the golden set on which it was compared")
        .satisfies(
            counts -> assertThat(counts.stream().mapToInt(each -> each).sum()).isEqualTo(200));

    MillraceProcess.Result worse = run(hardlyTrained);
    assertThat(worse.output()).contains("not blessed: -");
    assertThat(ControlTopics.champion(at, MODEL)).isEqualTo(better);
    assertThat(repository().versions(MODEL)).containsExactly(1, 2, 3);
    assertThat(repository().newest(MODEL).manifest().metrics())
        .containsEntry("gate_blessed", 0.0)
        .containsEntry("gate_champion", 2.0);
    assertThat(ControlTopics.reports(at, MODEL))
        .extracting(SwapReport::outcome)
        .containsExactly(
            SwapReport.Outcome.BLESSED, SwapReport.Outcome.BLESSED, SwapReport.Outcome.REFUSED);
    List<TrainingProgress> epochs = new ArrayList<>();
    for (byte[] value : ControlTopics.statusOf(at, MODEL + "/training")) {
      epochs.add(TrainingProgress.fromJson(value));
    }
    assertThat(epochs).extracting(TrainingProgress::epoch).startsWith(1, 1).endsWith(4, 1);
    assertThat(epochs).extracting(TrainingProgress::epochs).startsWith(1, 4).endsWith(4, 1);
    assertThat(epochs.stream().map(TrainingProgress::run).distinct()).hasSize(3);
    assertThat(epochs)
        .allSatisfy(
            epoch -> {
              assertThat(epoch.round()).isNull();
              assertThat(epoch.heldOut().images()).isPositive();
              assertThat(epoch.imagesPerSecond()).isPositive();
            });
  }

  /**
   * Asks the trainer to export a model version, and kills the trainer at a random moment. In about
   * half of the trials, the export is not complete at that moment.
   */
  @Test
  void killedDuringExports_leavesWholeVersions_andGoesOn() throws Exception {
    killDuringExports(KILLS, 8);
  }

  /** Kills the trainer twenty times. */
  @Test
  @Tag("nightly")
  @Tag("learning")
  void killedDuringManyExports_leavesWholeVersions_andGoesOn() throws Exception {
    killDuringExports(MANY_KILLS, 8);
  }

  private void killDuringExports(int kills, int epochs) throws Exception {
    Random random = new Random(5);
    List<Object> command = train("--epochs", epochs, "--learning-rate", 0.02, "--threads", 1);
    long export;
    try (MillraceProcess train = startExporting(command)) {
      long asked = System.nanoTime();
      train.awaitLine(MODEL + " version 1 is published.*", PATIENCE);
      export = System.nanoTime() - asked;
      // The state is saved after the checkpoint. Without a state, the next run would begin anew.
      await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("run/run.json")));
      train.kill();
    }
    for (int i = 0; i < kills; i++) {
      try (MillraceProcess train = startExporting(command)) {
        TimeUnit.NANOSECONDS.sleep(random.nextLong(2 * export));
        train.kill();
      }
      requireWholeVersions();
    }
    assertThat(repository().versions(MODEL)).hasSizeGreaterThan(kills / 5);
    assertThat(run(command).output())
        .contains("continues after step ")
        .contains("epoch " + epochs + "/" + epochs);
    requireWholeVersions();
  }

  private MillraceProcess startExporting(List<Object> command) throws Exception {
    Path ask = folder.resolve("run/export");
    Files.deleteIfExists(ask);
    MillraceProcess train = MillraceProcess.start(folder, "", command.toArray());
    train.awaitLine(".*images to train on.*", PATIENCE);
    Files.createFile(ask);
    return train;
  }

  private void requireWholeVersions() {
    for (int number : repository().versions(MODEL)) {
      ModelVersion version = repository().version(MODEL, number);
      new OnnxModelRuntime().open(version, Device.CPU).close();
    }
  }

  /**
   * Trains two epochs from random weights, and two epochs from ImageNet's weights. Both trainings
   * use the same half of 1,000 CIFAR-10 images. The test measures the accuracies of both trained
   * models on the other half. The difference of the two accuracies has a standard error of 0.03.
   */
  @Test
  @Tag("nightly")
  @Tag("learning")
  void transferFromImageNet_beatsStartingFromNothing() throws Exception {
    Path weights = SharedData.file("models/imagenet_resnet18_pqf_small.onnx");
    Path images = Files.createDirectory(folder.resolve("cifar"));
    SharedData.untar("cifar10/cifar10-test-1000-png.tar", images);

    double fromNothing = heldOutAccuracy(images, "nothing");
    double transferred = heldOutAccuracy(images, "transfer", "--from-weights", weights);

    assertThat(transferred).isGreaterThan(fromNothing + 0.1);
  }

  /** Trains one epoch, starting from a version that the test trained before. */
  @Test
  @Tag("nightly")
  @Tag("learning")
  void transfer_fromAVersion_isPublishedWithItsParent() throws Exception {
    run(train("--epochs", 1));
    run(train("--epochs", 1, "--from-version", 1, "--freeze", "stem,layer1"));

    assertThat(repository().version(MODEL, 2).manifest().parentVersion()).isEqualTo(1);
  }

  private double heldOutAccuracy(Path images, String model, Object... start) throws Exception {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "train",
                "--data",
                images,
                "--arch",
                "resnet18",
                "--size",
                64,
                "--resize",
                64,
                "--held-out",
                0.5,
                "--epochs",
                2,
                "--batch-size",
                16,
                "--learning-rate",
                0.005,
                "--schedule",
                "one_cycle",
                "--repository",
                folder.resolve("models"),
                "--model",
                model,
                "--run",
                folder.resolve(model)));
    command.addAll(List.of(start));
    run(command);
    return repository().newest(model).manifest().metrics().get("held_out_accuracy");
  }

  /**
   * The test reproduces two versions. One was published in the middle of a training, and the other
   * at its end.
   */
  @Test
  void versionOfOneThread_isReproducedByteByByte() throws Exception {
    for (DemoImage image : FashionMnist.read().subList(FEW_IMAGES, IMAGES)) {
      Files.delete(folder.resolve("images").resolve(image.key()));
    }
    run(train("--epochs", 2, "--keep", 2, "--threads", 1, "--learning-rate", 0.05));
    assertThat(repository().version(MODEL, 2).manifest().lineage().data().classes()).hasSize(10);

    for (int version : List.of(1, 2)) {
      List<Object> again =
          new ArrayList<>(
              List.of(
                  "train",
                  "--reproduce",
                  MODEL + "/" + version,
                  "--repository",
                  folder.resolve("models"),
                  "--run",
                  folder.resolve("again-" + version)));
      assertThat(run(again).output())
          .contains("version " + version + " is reproduced byte by byte: sha256 ");
    }
    assertThat(repository().versions(MODEL)).containsExactly(1, 2);
    Files.delete(folder.resolve("images").resolve(FashionMnist.read().get(0).key()));
    MillraceProcess.Result other =
        MillraceProcess.run(
            folder, "train", "--reproduce", MODEL + "/1", "--repository", folder.resolve("models"));
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.errors()).contains("the images are not those of trained version 1");
  }

  /** The second training keeps the division of the first one, which had fewer images. */
  @Test
  @Tag("nightly")
  @Tag("learning")
  void versionOfALaterTraining_isReproducedWithTheStoredDivision() throws Exception {
    Path later = folder.resolve("later");
    for (DemoImage image : FashionMnist.read().subList(0, IMAGES / 3)) {
      Path file = later.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.move(folder.resolve("images").resolve(image.key()), file);
    }
    List<Object> training = train("--epochs", 1, "--threads", 1, "--learning-rate", 0.05);
    run(training);
    for (DemoImage image : FashionMnist.read().subList(0, IMAGES / 3)) {
      Files.move(later.resolve(image.key()), folder.resolve("images").resolve(image.key()));
    }
    run(training);
    Path again = folder.resolve("again");
    Object[] reproduce = {
      "train", "--reproduce", MODEL + "/2", "--repository", folder.resolve("models"), "--run", again
    };

    MillraceProcess.Result fresh = MillraceProcess.run(folder, reproduce);
    assertThat(fresh.exitCode()).isEqualTo(1);
    assertThat(fresh.errors()).contains("copy the file split.json from that folder to " + again);
    Files.copy(
        folder.resolve("run/split.json"),
        again.resolve("split.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(run(List.of(reproduce)).output())
        .contains("version 2 is reproduced byte by byte: sha256 ");
  }

  @Test
  void deviceThatTheBuildLacks_isRefusedInOneLine() throws Exception {
    String why = "device cuda:0: this build";
    MillraceProcess.Result result =
        MillraceProcess.run(folder, train("--device", "cuda:0").toArray());
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.errors().lines()).singleElement().asString().contains(why);
    assertThat(folder.resolve("models").resolve(MODEL)).doesNotExist();
  }
}
