package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.ModelManifest.Source;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.Precision;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {

  private static final int EACH = 60;

  /**
   * Number of images per class, for tests in which the network does not have to learn anything.
   * With two classes, an epoch has two batches.
   */
  private static final int FEW = 24;

  @TempDir Path home;

  private Heard train(TrainingConfig config) {
    return train(config, Long.MAX_VALUE);
  }

  private Heard train(TrainingConfig config, long steps) {
    Heard heard = new Heard();
    new LibtorchTrainer().train(config, heard, () -> heard.steps.size() >= steps);
    return heard;
  }

  private Weights newest() {
    return OnnxWeights.read(repository().newest("small").readVerified());
  }

  private ModelRepository repository() {
    return new ModelRepository(home.resolve("models"));
  }

  @Test
  void training_learnsAndPublishesItsBestEpoch() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    Heard heard = train(Configs.of(home, 3, 0.05));

    assertThat(heard.epochs).extracting(epoch -> epoch.epoch()).containsExactly(1, 2, 3);
    assertThat(heard.epochs.get(2).loss()).isLessThan(heard.epochs.get(0).loss() / 2);
    assertThat(repository().versions("small")).containsExactly(1);
    ModelManifest manifest = repository().newest("small").manifest();
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
  void stopRequest_endsTheSearchForImages() {
    SmallImages.write(home.resolve("images"), 2, FEW);

    new LibtorchTrainer().train(Configs.of(home, 1, 0.05), new Heard(), () -> true);

    assertThat(home.resolve("run/split.json")).doesNotExist();
  }

  @Test
  void stopRequest_endsTheDecodingOfImages() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    int[] reads = new int[1];
    List<LabelledImage> images =
        SmallImages.read(home.resolve("images")).stream()
            .map(image -> counted(image, reads))
            .toList();
    Heard heard = new Heard();
    Optional<Weights> weights =
        new TrainingRun(
                Configs.of(home, 1, 0.05),
                new LabelledImages(new Labels(List.of("a", "b")), images),
                heard,
                () -> reads[0] == 5,
                System::nanoTime)
            .run("stopped");

    assertThat(weights).isEmpty();
    assertThat(reads[0]).isEqualTo(5);
    assertThat(heard.steps).isEmpty();
  }

  private static LabelledImage counted(LabelledImage image, int[] reads) {
    return new LabelledImage(
        image.key(),
        image.label(),
        image.content(),
        image.part(),
        () -> {
          reads[0]++;
          return image.source().read();
        });
  }

  @Test
  void interruptedRun_endsAsOneThatWasNot() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    train(Configs.of(home, 2, 0.05));
    Weights whole = newest();

    TrainingConfig again = Configs.of(home, "interrupted", 2, 0.05, Optional.empty());
    Heard first = train(again, 3);
    Heard second = train(again, 7);
    Heard third = train(again);

    assertThat(first.steps).hasSize(3);
    assertThat(second.done).isEqualTo(3);
    assertThat(third.done).isEqualTo(10);
    assertThat(newest()).isEqualTo(whole);
  }

  /** A resumed run computes the features of the images in other batches. */
  @Test
  void interruptedRunOfTheLastLayer_endsAsOneThatWasNot() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    train(ofTheLastLayer("run"));
    Weights whole = newest();

    for (int done : List.of(1, 3, 9)) {
      TrainingConfig again = ofTheLastLayer("interrupted-" + done);
      assertThat(train(again, done).steps).hasSize(done);
      assertThat(train(again).done).isEqualTo(done);
      assertThat(newest()).isEqualTo(whole);
    }
  }

  private TrainingConfig ofTheLastLayer(String run) {
    ResNet network = ResNet.of("resnet20").withClasses(3).withSize(SmallImages.SIDE);
    Pretrained start =
        new Pretrained(
            HeInitialization.of(network, 3),
            List.of(),
            "start",
            null,
            List.of("stem", "layer1", "layer2", "layer3"));
    TrainingConfig config = Configs.of(home, run, 3, 0.05, Optional.of(start));
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        Optimization.of(3, 8, 0.05, Schedule.COSINE),
        Augmentation.NONE,
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  @Test
  void stopAfterTheLastStep_isTooLate() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    for (int steps : List.of(1, 2)) {
      Heard heard = new Heard();
      assertThat(
              new LibtorchTrainer()
                  .train(Configs.of(home, 1, 0.05), heard, () -> heard.steps.size() >= steps))
          .isEqualTo(steps == 2);
    }
  }

  @Test
  void trainingWithPatience_stopsEarly_andEndsWithItsBestEpoch() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    TrainingConfig config = Configs.of(home, 30, 0.05);
    TrainingConfig patient = with(config, config.optimization().withPatience(2));
    List<EpochReport> epochs = trainAndDemandEachEpoch(patient);

    EpochReport best = best(epochs);
    assertThat(epochs).hasSize(best.epoch() + 2).hasSizeLessThan(30);
    assertThat(repository().newest("small").manifest().metrics())
        .containsEntry("epoch", (double) best.epoch())
        .containsEntry("held_out_accuracy", best.heldOutAccuracy());
    assertThat(newest()).isEqualTo(weights(best.epoch()));
  }

  @Test
  void bestEpochs_arePublishedAtTheEnd_theBestLast() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    List<EpochReport> epochs = trainAndDemandEachEpoch(keeping(3, Configs.of(home, 4, 0.05)));

    List<Integer> kept =
        Stream.of(5, 6, 7)
            .map(version -> repository().version("small", version).manifest().metrics())
            .map(metrics -> metrics.get("epoch").intValue())
            .toList();
    assertThat(repository().versions("small")).hasSize(7);
    assertThat(kept.get(2)).isEqualTo(best(epochs).epoch());
    assertThat(kept).extracting(epoch -> epochs.get(epoch - 1).heldOutAccuracy()).isSorted();
    for (int i = 0; i < kept.size(); i++) {
      assertThat(weights(5 + i)).isEqualTo(weights(kept.get(i)));
    }
  }

  /**
   * The run begins with a smaller number of kept epochs, so its state lacks the weights of an
   * earlier epoch.
   */
  @Test
  void runThatKeptFewerEpochsBefore_saysSo() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    train(Configs.of(home, 3, 0.05), 5);
    Heard heard = train(keeping(3, Configs.of(home, 3, 0.05)));

    assertThat(repository().versions("small")).hasSize(2);
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
              demandCheckpoint();
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

  private Weights weights(int version) {
    return OnnxWeights.read(repository().version("small", version).readVerified());
  }

  private static TrainingConfig keeping(int keep, TrainingConfig config) {
    Checkpoints before = config.checkpoints();
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        new Checkpoints(
            before.repository(),
            before.model(),
            before.run(),
            before.every(),
            keep,
            before.gate(),
            before.precision()),
        config.device(),
        config.threads());
  }

  @Test
  void int8_followsEachVersion_andIsJudgedOnImagesThatDidNotMakeIt() throws IOException {
    SmallImages.write(home.resolve("images"), 2, 460);
    Heard heard = train(inInt8(Configs.of(home, 2, 0.05), 0.9));

    assertThat(heard.warnings).isEmpty();
    assertThat(heard.versions).hasSize(2);
    ModelVersion float32 = repository().version("small", 1);
    ModelManifest int8 = repository().version("small", 2).manifest();
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
    assertThat(Files.size(repository().version("small", 2).modelFile()))
        .isLessThan(Files.size(float32.modelFile()) / 2);
    new OnnxModelRuntime().open(repository().version("small", 2), Device.CPU).close();
  }

  @Test
  void int8_withTooFewImages_isRefusedBeforeTheFirstStep() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    TrainingConfig config = inInt8(Configs.of(home, 2, 0.05), 0.5);

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> train(config))
        .withMessageContaining("held-out images can judge it, but at least 200 are needed")
        .withMessageContaining("--precision float32");
    assertThat(home.resolve("models")).doesNotExist();
  }

  private TrainingConfig inInt8(TrainingConfig config, double heldOut) {
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        new TrainingData.Folder(home.resolve("images"), new Split(heldOut), new ClassRule(1)),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        new Checkpoints(
            repository(),
            "small",
            home.resolve("run"),
            Optional.empty(),
            1,
            Optional.empty(),
            Precision.INT8),
        config.device(),
        config.threads());
  }

  private static TrainingConfig with(TrainingConfig config, Optimization optimization) {
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        optimization,
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  /**
   * The steps are too small to change the weights. A moving average over the steps would still
   * change in the second epoch.
   */
  @Test
  void statisticsOfBatchNorms_areThoseOfTheImages_notAnAverageOverSteps() {
    SmallImages.write(home.resolve("images"), 3, FEW);
    train(keeping(2, Configs.of(home, 2, 1e-30)));

    Weights first = weights(1);
    for (String name : List.of("bn1.running_mean", "bn1.running_var")) {
      assertThat(newest().get(name)).isEqualTo(first.get(name));
    }
    assertThat(newest().get("bn1.running_mean").values().get(0)).isNotZero();
  }

  @Test
  void goingOnWithOtherOptions_isRefused() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    train(Configs.of(home, 2, 0.05), 3);

    assertThatThrownBy(() -> train(Configs.of(home, 2, 0.04)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another optimization")
        .hasMessageContaining("0.05")
        .hasMessageContaining("0.04");
  }

  @Test
  void divergedTraining_saysSo_andPublishesNothing() {
    SmallImages.write(home.resolve("images"), 2, EACH);

    assertThatThrownBy(() -> train(Configs.of(home, 3, 1e6)))
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
    SmallImages.write(home.resolve("images"), 2, FEW);

    assertThatThrownBy(() -> train(growing()))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "the network answers NaN after step 2: the training has diverged, and nothing is"
                + " published");
    assertThat(home.resolve("models")).doesNotExist();
    assertThat(home.resolve("run/curve.svg")).doesNotExist();
  }

  @Test
  void checkpointDemandedAfterTheStepThatDiverged_saysSo_andIsNotPublished() {
    SmallImages.write(home.resolve("images"), 2, EACH);
    Heard heard =
        new Heard() {
          @Override
          public void stepped(long step, int images, double loss) {
            if (step == 2) {
              demandCheckpoint();
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
    return with(
        config,
        config.optimization().with(new Optimizer(Optimizer.Rule.SGD, 0.9, 1e6, true, 0, 0)));
  }

  private void demandCheckpoint() {
    try {
      Files.createFile(home.resolve("run/export"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void imagesThatCannotBeLearnedFrom_areRefused_andNothingIsPublished() throws IOException {
    Path images = Files.createDirectories(home.resolve("images"));
    refused("no folder");
    SmallImages.write(images, 1, EACH);
    refused("there is only one class to learn, 'a', and a training needs two");
    Files.createDirectories(images.resolve("b"));
    refused("fewer than 1 different images (--min-per-class): 'b' (0)");
    for (int i = 0; i < 3; i++) {
      Files.write(images.resolve("b/bad" + i + ".png"), new byte[] {1, 2, (byte) i});
    }
    assertThatThrownBy(() -> train(Configs.of(home, 1, 0.05)))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("3 of 63 images cannot be read: b/bad0.png (")
        .hasMessageContaining("b/bad1.png (")
        .hasMessageContaining("b/bad2.png (")
        .hasMessageEndingWith("; remove them");
    assertThat(home.resolve("models")).doesNotExist();
  }

  private void refused(String why) {
    assertThatThrownBy(() -> train(Configs.of(home, 1, 0.05)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(why);
  }

  @Test
  void publishedClasses_keepTheirIndices_alsoWithoutImages() throws IOException {
    Path images = home.resolve("images");
    SmallImages.write(images, 3, FEW);
    Files.move(images.resolve("c"), home.resolve("c"));
    train(Configs.of(home, 1, 0.05));
    Files.move(images.resolve("a"), home.resolve("a"));
    Files.move(home.resolve("c"), images.resolve("c"));
    Heard shrunk = train(Configs.of(home, "other", 1, 0.05, Optional.empty()));
    SmallImages.write(images, 1, FEW);
    Heard grown = train(Configs.of(home, "third", 1, 0.05, Optional.empty()));

    assertThat(labels(2)).containsExactly("a", "b", "c");
    assertThat(shrunk.warnings)
        .contains(
            "classes without an image to train on: 'a'; they keep their indices, but the network"
                + " does not learn them (--classes FILE can leave them out)");
    assertThat(labels(3)).containsExactly("a", "b", "c");
    assertThat(grown.warnings).isEmpty();
  }

  @Test
  void publishedClass_keepsItsIndex_withFewerImagesThanANewClassNeeds() throws IOException {
    SmallImages.write(home.resolve("images"), 3, FEW);
    train(Configs.of(home, 1, 0.05));
    try (Stream<Path> files = Files.list(home.resolve("images/a"))) {
      for (Path file : files.sorted().skip(2).toList()) {
        Files.delete(file);
      }
    }
    Heard heard = train(with(Configs.of(home, "other", 1, 0.05, Optional.empty()), FEW));

    assertThat(labels(2)).containsExactly("a", "b", "c");
    assertThat(heard.warnings)
        .containsExactly(
            "classes without an image to compare versions on: 'a'",
            "classes without an image to report the accuracy on: 'a'");
  }

  @Test
  void folderWithoutAnyPublishedClass_hasItsOwnClasses() throws IOException {
    SmallImages.write(home.resolve("images"), 2, FEW);
    train(Configs.of(home, 1, 0.05));
    Files.move(home.resolve("images/a"), home.resolve("images/c"));
    Files.move(home.resolve("images/b"), home.resolve("images/d"));
    Heard heard = train(Configs.of(home, "other", 1, 0.05, Optional.empty()));

    assertThat(labels(2)).containsExactly("c", "d");
    assertThat(heard.warnings)
        .containsExactly(
            "the classes do not begin with those of version 1, which are a, b; a version with the"
                + " new classes can replace it only by 'models promote --allow-signature-change'");
  }

  @Test
  void folderWithImagesOfOneClass_isRefused_alsoIfAnotherClassIsPublished() throws IOException {
    SmallImages.write(home.resolve("images"), 2, FEW);
    train(Configs.of(home, 1, 0.05));
    Files.move(home.resolve("images/a"), home.resolve("moved"));

    refused("there is only one class to learn, 'b', and a training needs two");
  }

  private List<String> labels(int version) {
    return repository().version("small", version).manifest().labels();
  }

  private static TrainingConfig with(TrainingConfig config, int minPerClass) {
    TrainingData.Folder data = (TrainingData.Folder) config.data();
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        new TrainingData.Folder(data.folder(), data.split(), new ClassRule(minPerClass)),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        config.threads());
  }

  @Test
  void transfer_keepsTheParentAndDrawsANewHead() {
    SmallImages.write(home.resolve("images"), 3, EACH);
    train(Configs.of(home, 1, 0.05));
    Weights parent = newest();
    SmallImages.write(home.resolve("images"), 4, EACH);
    Pretrained pretrained =
        new Pretrained(
            parent, List.of("a", "b", "c"), "small version 1", 1, List.of("stem", "layer1"));

    train(Configs.of(home, "transfer", 1, 0.05, Optional.of(pretrained)));

    assertThat(repository().newest("small").manifest().parentVersion()).isEqualTo(1);
    assertThat(newest().get("layer1.0.conv1.weight"))
        .isEqualTo(parent.get("layer1.0.conv1.weight"));
    assertThat(newest().get("layer3.0.conv1.weight"))
        .isNotEqualTo(parent.get("layer3.0.conv1.weight"));
    assertThat(newest().get("fc.bias").shape()).containsExactly(4);
  }

  /** The names of the classes in the file are unknown, so only the user can check their order. */
  @Test
  void lastLayerThatIsKeptWithoutNames_isReported() {
    SmallImages.write(home.resolve("images"), 3, FEW);
    TrainingConfig config = ofTheLastLayer("run");

    assertThat(train(config, 1).warnings)
        .containsExactly(
            "start does not name its classes, and has as many as the images; its last layer is kept,"
                + " and its rows become the classes from a to c. If its classes have another order,"
                + " name them in its order with --classes");
  }

  @Test
  void demandedCheckpoint_isPublishedBetweenSteps() throws IOException {
    SmallImages.write(home.resolve("images"), 2, FEW);
    Files.createDirectories(home.resolve("run"));
    Files.createFile(home.resolve("run/export"));

    train(Configs.of(home, 1, 0.05), 1);

    assertThat(repository().versions("small")).containsExactly(1);
    assertThat(home.resolve("run/export")).doesNotExist();
  }

  @Test
  void demandedCheckpointThatCannotBePublished_isPublishedByTheResumedRun() throws IOException {
    SmallImages.write(home.resolve("images"), 2, FEW);
    Files.createDirectories(home.resolve("run"));
    demandCheckpoint();
    Path obstacle = Files.createFile(home.resolve("models"));

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> train(Configs.of(home, 1, 0.05)));
    Files.delete(obstacle);
    train(Configs.of(home, 1, 0.05), 1);

    assertThat(repository().versions("small")).containsExactly(1);
    assertThat(home.resolve("run/export")).doesNotExist();
  }

  /** Only a training on one thread has the same bytes each time. */
  @Test
  void threadsOfAnInterruptedRun_areRecordedAsTheMostOfAllItsParts() {
    SmallImages.write(home.resolve("images"), 2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    train(withThreads(config, 2), 1);
    train(config);

    assertThat(repository().newest("small").manifest().lineage().threads()).isEqualTo(2);
  }

  private static TrainingConfig withThreads(TrainingConfig config, int threads) {
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        config.data(),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        config.checkpoints(),
        config.device(),
        threads);
  }
}
