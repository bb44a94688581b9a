package dev.millrace.trainer.run;

import static dev.millrace.trainer.run.RunRig.EACH;
import static dev.millrace.trainer.run.RunRig.FEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Mixing;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.WarmUp;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.LibtorchTrainer;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops trainings, resumes them, and asks for checkpoints in between. */
class InterruptedRunTest {

  @TempDir private Path home;
  private RunRig rig;

  @BeforeEach
  void prepare() {
    rig = new RunRig(home);
  }

  @Test
  void stopRequest_endsTheSearchForImages() {
    rig.write(2, FEW);

    new LibtorchTrainer().train(Configs.of(home, 1, 0.05), new Heard(), () -> true);

    assertThat(home.resolve("run/split.json")).doesNotExist();
  }

  @Test
  void stopRequest_endsTheDecodingOfImages() {
    rig.write(2, FEW);
    AtomicInteger reads = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    List<LabelledImage> images =
        SmallImages.read(home.resolve("images")).stream()
            .map(image -> SmallImages.counted(image, reads))
            .toList();
    Heard heard = new Heard();
    Optional<Weights> weights =
        new TrainingRun(
                Configs.of(home, 1, 0.05),
                new LabelledImages(new Labels(List.of("a", "b")), images),
                heard,
                () -> asked.incrementAndGet() > 5,
                System::nanoTime)
            .run("stopped");

    assertThat(weights).isEmpty();
    assertThat(reads).hasValueLessThanOrEqualTo(5);
    assertThat(heard.steps).isEmpty();
  }

  @Test
  void interruptedRun_endsAsOneThatWasNot() {
    rig.write(3, EACH);
    rig.train(Configs.of(home, 2, 0.05));
    Weights whole = rig.newest();

    TrainingConfig again = Configs.of(home, "interrupted", 2, 0.05, Optional.empty());
    Heard first = rig.train(again, 3);
    Heard second = rig.train(again, 7);
    Heard third = rig.train(again);

    assertThat(first.steps).hasSize(3);
    assertThat(second.done).isEqualTo(3);
    assertThat(third.done).isEqualTo(10);
    assertThat(rig.newest()).isEqualTo(whole);
  }

  /** A resumed run computes the features of the images in other batches. */
  @Test
  void interruptedRunOfTheLastLayer_endsAsOneThatWasNot() {
    rig.write(3, EACH);
    rig.train(rig.ofTheLastLayer("run"));
    Weights whole = rig.newest();

    for (int done : List.of(1, 3, 9)) {
      TrainingConfig again = rig.ofTheLastLayer("interrupted-" + done);
      assertThat(rig.train(again, done).steps).hasSize(done);
      assertThat(rig.train(again).done).isEqualTo(done);
      assertThat(rig.newest()).isEqualTo(whole);
    }
  }

  /** The average of the weights, the sampler and each random change go on where they stopped. */
  @Test
  void interruptedRunWithAveragesAndAllRandomChanges_endsAsOneThatWasNot() {
    rig.write(3, FEW);
    rig.train(changing("run"));
    Weights whole = rig.newest();

    TrainingConfig again = changing("interrupted");
    assertThat(rig.train(again, 2).steps).hasSize(2);
    assertThat(rig.train(again, 3).done).isEqualTo(2);
    assertThat(rig.train(again).done).isEqualTo(5);
    assertThat(rig.newest()).isEqualTo(whole);
  }

  private TrainingConfig changing(String run) {
    Optimizer averaged = new Optimizer(Optimizer.Rule.ADAMW, 0.9, 1e-2, false, 1, 0.9);
    return ConfigCopy.of(Configs.of(home, run, 3, 0.01, Optional.empty()))
        .optimization(
            new Optimization(
                3,
                0,
                new Sampling(16, true),
                new LearningRate(0.01, Schedule.COSINE, new WarmUp(1, WarmUp.Shape.LINEAR), 0.5),
                averaged,
                0.1,
                true))
        .augmentation(new Augmentation(2, 0.5, true, 0.4, true, 0.5, new Mixing(0.2, 1)))
        .config();
  }

  @Test
  void stopAfterTheLastStep_isTooLate() {
    rig.write(2, FEW);
    for (int steps : List.of(1, 2)) {
      Heard heard = new Heard();
      assertThat(
              new LibtorchTrainer()
                  .train(Configs.of(home, 1, 0.05), heard, () -> heard.steps.size() >= steps))
          .isEqualTo(steps == 2);
    }
  }

  @Test
  void manyOtherClasses_areToldInPart() {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    rig.train(config, 3);
    List<String> many = IntStream.range(0, 1_000).mapToObj(i -> "class " + i).toList();
    List<LabelledImage> images = SmallImages.read(home.resolve("images"));
    TrainingRun run =
        new TrainingRun(
            config,
            new LabelledImages(new Labels(many), images),
            new Heard(),
            () -> true,
            System::nanoTime);

    assertThatThrownBy(() -> run.run("again"))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("other classes (a, b, now class 0, class 1, ")
        .hasMessageContaining("…), because")
        .message()
        .hasSizeLessThan(1_000);
  }

  @Test
  void goingOnWithOtherOptions_isRefused() {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 2, 0.05), 3);

    assertThatThrownBy(() -> rig.train(Configs.of(home, 2, 0.04)))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another optimization")
        .hasMessageContaining("0.05")
        .hasMessageContaining("0.04");
  }

  /** Otherwise, the user would see two numbers that say nothing, and could not finish the run. */
  @Test
  void runWhoseModelHasOtherClassesNow_saysHowToFinishIt() throws IOException {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    rig.train(config, 3);
    Path other = Files.createDirectory(home.resolve("other"));
    SmallImages.write(other.resolve("images"), 3, FEW);
    TrainingData.Folder data = (TrainingData.Folder) config.data();
    rig.train(
        ConfigCopy.of(Configs.of(home, "second", 1, 0.05, Optional.empty()))
            .data(new TrainingData.Folder(other.resolve("images"), data.split(), data.classes()))
            .config());

    assertThatThrownBy(() -> rig.train(config))
        .isInstanceOfSatisfying(
            OtherOptionsException.class, e -> assertThat(e.isOfClasses()).isTrue())
        .hasMessageStartingWith(
            home.resolve("run")
                + " holds an interrupted run with other classes (a, b, now a, b, c),");
    Labels classes = new Labels(List.of("a", "b"));
    Heard heard =
        rig.train(
            ConfigCopy.of(config)
                .data(
                    new TrainingData.Folder(
                        data.folder(), data.split(), new ClassRule(Optional.of(classes), 1)))
                .config());
    assertThat(heard.done).isEqualTo(3);
    assertThat(rig.repository().newest("small").labels()).isEqualTo(classes);
  }

  /** The weights of both stems have the same shapes, so nothing else would show the difference. */
  @Test
  void goingOnWithAnotherStem_isRefused() {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    rig.train(config, 3);
    TrainingConfig other =
        ConfigCopy.of(config).network(config.network().withStem(Stem.CIFAR_HALVED)).config();

    assertThatThrownBy(() -> rig.train(other))
        .isInstanceOf(OtherOptionsException.class)
        .hasMessageContaining("another stem (cifar, now cifar_halved)");
  }

  @Test
  void goingOnInBfloat16_isRefused_alsoIfAnEarlierReleaseBeganTheRun() {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    rig.train(config, 3);
    TrainingConfig bf16 = ConfigCopy.of(config).bf16().config();

    for (String stored : List.of("false", "")) {
      if (stored.isEmpty()) {
        assertThat(forget("bf16")).isEqualTo("false");
      }
      assertThatThrownBy(() -> rig.train(bf16))
          .isInstanceOf(OtherOptionsException.class)
          .hasMessageContaining("another bf16 (false, now true)");
    }
    assertThat(rig.train(config).done).isEqualTo(3);
  }

  @Test
  void optionThatAnEarlierReleaseDidNotStore_isNotCompared() {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 2, 0.05), 3);
    assertThat(forget("stem")).isEqualTo("cifar");

    assertThat(rig.train(Configs.of(home, 2, 0.05)).done).isEqualTo(3);
  }

  /** Removes an option from the run's state, and returns its value. */
  private String forget(String option) {
    RunFolder<RunState> folder = new RunFolder<>(home.resolve("run"), RunState.class);
    RunState state = folder.state().orElseThrow();
    Map<String, String> options = new HashMap<>(state.options());
    String value = options.remove(option);
    folder.save(
        new RunState(
            state.run(),
            options,
            state.epoch(),
            state.batch(),
            state.lossSum(),
            state.right(),
            state.history(),
            state.tensors(),
            state.finished(),
            state.threads()),
        folder.tensors(state));
    return value;
  }

  @Test
  void stateThatCannotBeRead_isNamed_withWhatToDo() throws IOException {
    rig.write(2, FEW);
    rig.train(Configs.of(home, 2, 0.05), 1);
    Path state = home.resolve("run/run.json");
    Files.delete(state);
    Files.createDirectory(state);

    assertThatThrownBy(() -> rig.train(Configs.of(home, 2, 0.05)))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("cannot read " + state + " (")
        .hasMessageEndingWith("restore it from a backup, or remove it to begin the run anew");
  }

  @Test
  void demandedCheckpoint_isPublishedBetweenSteps() throws IOException {
    rig.write(2, FEW);
    Files.createDirectories(home.resolve("run"));
    Files.createFile(home.resolve("run/export"));

    rig.train(Configs.of(home, 1, 0.05), 1);

    assertThat(rig.repository().versions("small")).containsExactly(1);
    assertThat(home.resolve("run/export")).doesNotExist();
  }

  @Test
  void demandedCheckpointThatCannotBePublished_isPublishedByTheResumedRun() throws IOException {
    rig.write(2, FEW);
    Files.createDirectories(home.resolve("run"));
    rig.demandCheckpoint();
    Path obstacle = Files.createFile(home.resolve("models"));

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> rig.train(Configs.of(home, 1, 0.05)));
    Files.delete(obstacle);
    rig.train(Configs.of(home, 1, 0.05), 1);

    assertThat(rig.repository().versions("small")).containsExactly(1);
    assertThat(home.resolve("run/export")).doesNotExist();
  }

  /** A run with a gate keeps the weights of no epoch, but may be resumed without the gate. */
  @Test
  void resumedRunThatHasKeptNoEpoch_publishesItsLastOne() throws IOException {
    rig.write(2, FEW);
    Path obstacle = Files.createFile(home.resolve("models"));
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> rig.train(Configs.of(home, 1, 0.05)));
    Files.delete(obstacle);
    RunFolder<RunState> folder = new RunFolder<>(home.resolve("run"), RunState.class);
    RunState state = folder.state().orElseThrow();
    Map<String, Weights> tensors = folder.tensors(state);
    Weights best = tensors.remove("best-1");
    folder.save(state, tensors);

    Heard heard = rig.train(Configs.of(home, 1, 0.05));

    assertThat(rig.newest().get("fc.weight")).isEqualTo(best.get("fc.weight"));
    assertThat(heard.warnings)
        .containsExactly(
            "the run's state holds the weights of only 0 epochs, because the run began with a"
                + " smaller number of epochs to keep, with promotion, or in an earlier release; the last"
                + " epoch is published");
  }

  /** Only a training on one thread has the same bytes each time. */
  @Test
  void threadsOfAnInterruptedRun_areRecordedAsTheMostOfAllItsParts() {
    rig.write(2, FEW);
    TrainingConfig config = Configs.of(home, 2, 0.05);
    rig.train(ConfigCopy.of(config).threads(2).config(), 1);
    rig.train(config);

    assertThat(rig.repository().newest("small").manifest().lineage().threads()).isEqualTo(2);
  }
}
