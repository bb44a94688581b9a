package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.RoundsRig.network;
import static dev.millrace.trainer.stream.RoundsRig.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.resnet.Stem;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FailedWriteException;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.gate.BaseChampion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundsTest {

  @TempDir private Path folder;

  private RoundsRig rig;

  @BeforeEach
  void configure() {
    rig = new RoundsRig(folder);
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void train_theFirst_startsAsConfigured() throws IOException {
    assertThat(rig.train("cat", "dog")).isTrue();

    assertThat(rig.trained.get(0).pretrained()).isEmpty();
    assertThat(rig.trained.get(0).checkpoints().run())
        .isEqualTo(folder.resolve("run/round-000001"));
    assertThat(folders()).containsExactly("round-000001");
  }

  @Test
  void train_theNextAfterARestart_startsFromTheWeightsBefore() throws IOException {
    rig.train("cat", "dog");
    rig.train("cat", "dog");

    Pretrained start = rig.start(1);
    assertThat(start.weights()).isEqualTo(weights(2, 1));
    assertThat(start.origin()).isEqualTo("round-000001");
    assertThat(folders()).containsExactly("round-000002");
    assertThat(rig.told.begun).containsExactly(1, 2);
  }

  @Test
  void train_withANewClass_keepsWhatTheOthersLearned() {
    rig.train("cat", "dog");
    rig.train("ape", "cat", "dog");

    Weights start = rig.start(1).weights();
    assertThat(start.get("fc.bias").size()).isEqualTo(3);
    assertThat(start.get("conv1.weight")).isEqualTo(weights(2, 1).get("conv1.weight"));
  }

  @Test
  void train_keepsFrozenWhatIsToBe() {
    Pretrained start = new Pretrained(weights(5, 7), List.of(), "a file", 4, List.of("stem"));
    rig.config = ConfigCopy.of(rig.config).pretrained(start).config();
    rig.train("cat", "dog");
    rig.train("cat", "dog");

    assertThat(rig.trained.get(0).pretrained()).isEqualTo(rig.config.pretrained());
    assertThat(rig.start(1).freeze()).containsExactly("stem");
    assertThat(rig.start(1).parentVersion()).isNull();
  }

  @Test
  void train_whatAKillInterrupted_isBegunAnew() throws IOException {
    rig.train("cat", "dog");
    Path interrupted = folder.resolve("run/round-000002");
    Files.createDirectories(interrupted.resolve("deep"));
    Files.writeString(interrupted.resolve("deep/left"), "over");
    Files.writeString(interrupted.resolve("weights.safetensors"), "but no end");

    rig.train("cat", "dog");
    assertThat(rig.trained.get(1).checkpoints().run()).isEqualTo(interrupted);
    assertThat(interrupted.resolve("deep")).doesNotExist();
    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
  }

  @Test
  void train_thatDiverges_isWarnedOfAndTheNextStartsFromTheWeightsBefore() throws IOException {
    rig.train("cat", "dog");
    assertThat(rig.train(rig::diverge, "cat", "dog")).isTrue();
    assertThat(rig.told.warnings).singleElement().asString().contains("round-000002", "NaN");
    assertThat(folders()).containsExactly("round-000001");

    rig.train("cat", "dog");
    assertThat(rig.start(2).weights()).isEqualTo(weights(2, 1));
  }

  /** Puts a folder in the place of the file that ends the round. */
  private Optional<Weights> learnAndBlock(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      BooleanSupplier stop,
      String name,
      Optional<BaseChampion> base) {
    Optional<Weights> weights = rig.learn(round, images, listener, stop, name, base);
    try {
      Files.createDirectories(round.checkpoints().run().resolve("round.json/full"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return weights;
  }

  @Test
  void train_thatCannotSaveItsEnd_savesItLater() throws IOException {
    Path end = folder.resolve("run/round-000001/round.json");
    TrainingListener repairing =
        new ForwardingListener(rig.told) {
          @Override
          public void warned(String what) {
            super.warned(what);
            if (rig.told.warnings.size() == 2) {
              assertThat(end.resolve("full").toFile().delete()).isTrue();
              assertThat(end.toFile().delete()).isTrue();
            }
          }
        };

    assertThat(rig.train(this::learnAndBlock, repairing, () -> false, "cat", "dog")).isTrue();
    assertThat(end).isRegularFile();
    assertThat(rig.trained).hasSize(1);
    assertThat(rig.told.warnings)
        .allMatch(warning -> warning.startsWith("saving round-000001 failed, and is tried again"));
  }

  @Test
  void train_thatIsStoppedBeforeItsEndIsSaved_isNotFinished() {
    assertThat(
            rig.train(
                this::learnAndBlock, rig.told, () -> !rig.told.warnings.isEmpty(), "cat", "dog"))
        .isFalse();
  }

  /** Otherwise, a disk that does not answer for a moment would cost all that was learned. */
  @Test
  void train_withWeightsThatCannotBeReadAtTheMoment_doesNotBegin() throws IOException {
    rig.train("cat", "dog");
    Path weights = folder.resolve("run/round-000001/weights.safetensors");
    byte[] content = Files.readAllBytes(weights);
    Files.delete(weights);
    Files.createDirectory(weights);
    assertThatExceptionOfType(FailedReadException.class)
        .isThrownBy(() -> rig.train("cat", "dog"))
        .withMessageStartingWith("cannot read " + weights + " (");
    assertThat(rig.told.warnings).isEmpty();
    Files.delete(weights);
    Files.write(weights, content);

    rig.train("cat", "dog");
    assertThat(rig.start(1).origin()).isEqualTo("round-000001");
  }

  @Test
  void train_afterARoundWhoseEndIsDamaged_saysWhichFileItIs() throws IOException {
    rig.train("cat", "dog");
    Path end = folder.resolve("run/round-000001/round.json");
    Files.writeString(end, "{\"classes\":[");

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> rig.train("cat", "dog"))
        .withMessageStartingWith("cannot read " + end + " (")
        .withMessageEndingWith("or remove its folder to train again from the initial weights");
  }

  @Test
  void train_thatCannotBegin_throws() {
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(
            () ->
                rig.train(
                    (round, images, listener, stop, name, base) -> {
                      throw new TrainingException("no such device");
                    },
                    "cat",
                    "dog"))
        .withMessage("no such device");
  }

  /** If a full disk ended the round, the labels that triggered the round would be used up. */
  @Test
  void train_onADiskThatFails_throws_soThatTheRoundIsTriedAgain() {
    assertThatExceptionOfType(FailedWriteException.class)
        .isThrownBy(
            () ->
                rig.train(
                    (round, images, listener, stop, name, base) -> {
                      listener.began(name, 1, 1, 0, 1);
                      throw new FailedWriteException("no room", new IOException());
                    },
                    "cat",
                    "dog"))
        .withMessage("no room");
    assertThat(rig.told.warnings).isEmpty();
  }

  @Test
  void train_thatIsStopped_leavesTheWeightsBefore() {
    rig.train("cat", "dog");
    boolean ended =
        rig.train(
            (round, images, listener, stop, name, base) -> {
              rig.begin(round);
              return Optional.empty();
            },
            "cat",
            "dog");
    assertThat(ended).isFalse();

    rig.train("cat", "dog");
    assertThat(rig.start(2).origin()).isEqualTo("round-000001");
  }

  @Test
  void train_anotherArchitecture_startsAsConfigured() {
    rig.train("cat", "dog");
    rig.config = ConfigCopy.of(rig.config).network(network("resnet32")).config();
    rig.train("cat", "dog");

    assertThat(rig.trained.get(1).pretrained()).isEmpty();
    assertThat(rig.told.warnings).singleElement().asString().contains("round-000001");
  }

  /** The weights of both stems have the same shapes. */
  @Test
  void train_anotherStem_startsAsConfigured() {
    rig.train("cat", "dog");
    rig.config =
        ConfigCopy.of(rig.config)
            .network(rig.config.network().withStem(Stem.CIFAR_HALVED))
            .config();
    rig.train("cat", "dog");

    assertThat(rig.trained.get(1).pretrained()).isEmpty();
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .contains("round-000001", "the stem cifar, but the network is", "the stem cifar_halved");
  }

  @Test
  void train_withoutAGate_hasNoChampion() {
    rig.train("cat", "dog");

    assertThat(rig.bases).containsExactly(Optional.empty());
  }
}
