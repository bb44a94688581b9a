package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.Champion;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.OtherSplitException;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.NamedImage;
import dev.millrace.trainer.gate.GoldenCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundImagesTest {

  @TempDir Path folder;
  private final Told told = new Told();
  private List<String> classes = new ArrayList<>();

  private class Topic implements ClassTopic {
    @Override
    public Optional<Champion> champion() {
      return Optional.empty();
    }

    @Override
    public List<String> classes() {
      return classes;
    }

    @Override
    public List<String> change(UnaryOperator<List<String>> change) {
      classes = change.apply(classes);
      return classes;
    }
  }

  private Optional<LabelledImages> select(ClassTopic topic, String... names) {
    return images(config(new ClassRule(1)), topic).select(found(names));
  }

  private RoundImages images(TrainingConfig config, ClassTopic topic) {
    return new RoundImages(
        config,
        GoldenCheck.of(config, () -> false),
        told,
        new ClassOrder(config.checkpoints().repository(), "small", Optional.of(topic)));
  }

  private TrainingConfig config(ClassRule classes) {
    return Configs.config(folder, Configs.topics(folder, 9, 1, classes));
  }

  /** Returns a training with a golden set that has three images in each of the folders. */
  private TrainingConfig golden(ClassRule classes, double maxLoss, String... names)
      throws IOException {
    Path golden = folder.resolve("golden");
    for (String name : names) {
      Files.createDirectories(golden.resolve(name));
      for (int i = 0; i < 3; i++) {
        Files.write(golden.resolve(name).resolve(i + ".png"), StreamTrainingRig.png("cat/" + i));
      }
    }
    Gate gate =
        new Gate(
            0,
            Optional.empty(),
            3,
            Optional.of(new Gate.Golden(golden, maxLoss)),
            500,
            new Gate.Restart(5, false),
            new KafkaAccess(Map.of()));
    return Configs.config(folder, Configs.topics(folder, 9, 1, classes), Optional.of(gate));
  }

  /** Returns three images for each name. */
  private static ReplaySnapshot found(String... names) {
    List<NamedImage> images = new ArrayList<>();
    for (String name : names) {
      for (int i = 0; i < 3; i++) {
        images.add(new NamedImage(name + i, name, Sha256.of(name + i), () -> new byte[0]));
      }
    }
    return new ReplaySnapshot(new FoundImages(new TreeSet<>(List.of(names)), images), List.of());
  }

  /** The first round may begin an hour later. */
  @Test
  void otherSplit_isRefusedBeforeTheFirstRound() {
    select(new Topic(), "cat", "dog");
    TrainingData.Topics topics = Configs.topics(folder, 9, 1);
    TrainingConfig other =
        Configs.config(
            folder,
            new TrainingData.Topics(
                topics.images(),
                topics.labels(),
                topics.events(),
                topics.broker(),
                topics.replay(),
                topics.capacity(),
                topics.everyLabels(),
                topics.everyTime(),
                new Split(0.3),
                topics.classes()));

    assertThatThrownBy(() -> images(other, new Topic()))
        .isInstanceOf(OtherSplitException.class)
        .hasMessageContaining("a held-out share of 0.4");
  }

  @Test
  void newClass_getsTheNextIndex() {
    select(new Topic(), "cat", "dog");

    assertThat(select(new Topic(), "ape", "cat", "dog").orElseThrow().labels().names())
        .containsExactly("cat", "dog", "ape");
  }

  /** A label may be a line of a table, or a whole text. Such a label must not end the training. */
  @Test
  void labelsThatNoClassCanHave_areLeftOut() {
    assertThat(
            select(new Topic(), "cat", "dog", "cat\t0.9", "x".repeat(1_001))
                .orElseThrow()
                .labels()
                .names())
        .containsExactly("cat", "dog");
    assertThat(classes).containsExactly("cat", "dog");
    assertThat(told.warnings)
        .containsExactly(
            "left out: labels that are blank, hold control characters or have more than 1000"
                + " characters: 'cat 0.9' (3), '"
                + "x".repeat(40)
                + "…' (3)");
  }

  /** Earlier releases gave such a label an index before they ended with an error. */
  @Test
  void labelsThatNoClassCanHave_areLeftOut_evenIfTheyHaveAnIndex() {
    classes = List.of("cat", "cat\t0.9", "dog");

    assertThat(select(new Topic(), "cat", "dog", "hen").orElseThrow().labels().names())
        .containsExactly("cat", "dog", "hen");
  }

  @Test
  void classThatAnotherTrainerAddedMeanwhile_isThereToo() {
    ClassTopic topic =
        new Topic() {
          @Override
          public List<String> change(UnaryOperator<List<String>> change) {
            classes = List.of("cow");
            return super.change(change);
          }
        };

    assertThat(select(topic, "cat", "dog").orElseThrow().labels().names())
        .containsExactly("cow", "cat", "dog");
    assertThat(told.warnings)
        .contains(
            "classes without an image to train on: 'cow'; they keep their indices, but the network"
                + " does not learn them (a file of classes can leave them out)");
  }

  /** Version 2 has the class "ape" in addition. An operator returned to version 1. */
  @Test
  void classOfAVersionThatWasRolledBack_keepsItsIndex_andIsLearnedAgain() {
    TrainingConfig config = config(new ClassRule(1));
    List<Integer> champions = new ArrayList<>(List.of(1));
    ClassTopic topic =
        new Topic() {
          @Override
          public Optional<Champion> champion() {
            return Optional.of(new Champion(champions.get(0), null, false));
          }
        };
    publish(config, "cat", "dog");
    assertThat(names(config, topic, "ape", "cat", "dog")).containsExactly("cat", "dog", "ape");
    publish(config, "cat", "dog", "ape");
    champions.set(0, 2);
    assertThat(names(config, topic, "ape", "cat", "dog")).containsExactly("cat", "dog", "ape");

    champions.set(0, 1);
    assertThat(classes).containsExactly("cat", "dog", "ape");
    assertThat(names(config, topic, "ant", "ape", "cat", "dog"))
        .containsExactly("cat", "dog", "ape", "ant");
    assertThat(told.warnings).isEmpty();
  }

  private List<String> names(TrainingConfig config, ClassTopic topic, String... found) {
    return images(config, topic).select(found(found)).orElseThrow().labels().names();
  }

  private static void publish(TrainingConfig config, String... classes) {
    config
        .checkpoints()
        .repository()
        .publish(
            "small",
            new byte[] {1},
            config.preprocessing(),
            new Labels(List.of(classes)),
            new ModelManifest.Source("training", null, null));
  }

  @Test
  void controlTopicThatIsAway_isAFailure() {
    ClassTopic topic =
        new Topic() {
          @Override
          public Optional<Champion> champion() {
            throw new TimeoutException("nobody answers");
          }
        };

    assertThatThrownBy(() -> select(topic, "cat", "dog")).isInstanceOf(TimeoutException.class);
  }

  @Test
  void goldenSetWithoutAClass_isRefused() throws IOException {
    RoundImages images = images(golden(new ClassRule(1), 70, "Cat", "Dog"), new Topic());

    assertThatThrownBy(() -> images.select(found("cat", "dog")))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the folders are 'Cat', 'Dog', and the classes are 'cat', 'dog'");
  }

  @Test
  void goldenFolderThatIsNoClassYet_isLeftOutUntilItIsOne() throws IOException {
    RoundImages images = images(golden(new ClassRule(1), 50, "cat", "hen"), new Topic());

    images.requireGolden(); // no class is known yet
    images.select(found("cat", "dog"));
    assertThat(told.warnings)
        .anySatisfy(warning -> assertThat(warning).contains("'hen' (3); rename"))
        .anySatisfy(warning -> assertThat(warning).contains("the 3 images of the training's"));

    told.warnings.clear();
    images.select(found("cat", "dog", "hen"));
    assertThat(told.warnings).isEmpty();
  }

  @Test
  void goldenSetThatChanges_isToldOnce_andTheNewSetCounts() throws IOException {
    TrainingConfig config = golden(new ClassRule(1), 50, "cat", "dog");
    RoundImages images = images(config, new Topic());
    images.select(found("cat", "dog"));
    Path dogs = folder.resolve("golden/dog");
    Files.move(dogs.resolve("1.png"), dogs.resolve("renamed.png"));
    images.select(found("cat", "dog"));
    assertThat(told.goldenChanges).isEmpty();
    assertThat(told.warnings).isEmpty();

    Files.move(dogs, dogs.resolveSibling("hen"));
    images.select(found("cat", "dog"));
    images.select(found("cat", "dog"));
    assertThat(told.goldenChanges)
        .singleElement()
        .satisfies(now -> assertThat(now.classes()).isEqualTo(Map.of("cat", 3, "hen", 3)));
    assertThat(told.warnings)
        .anySatisfy(warning -> assertThat(warning).contains("'hen' (3); rename"));

    Files.write(dogs.resolveSibling("hen").resolve("0.png"), StreamTrainingRig.png("dog/9"));
    images(config, new Topic()).select(found("cat", "dog"));
    assertThat(told.goldenChanges).as("while no trainer ran").hasSize(2);
  }

  /** The folder may be replaced by another one, or be on a disk that does not answer. */
  @Test
  void goldenSetThatIsAway_isReadAgainByTheNextAttempt() throws IOException {
    RoundImages images = images(golden(new ClassRule(1), 50, "cat", "dog"), new Topic());
    Path golden = folder.resolve("golden");
    Path away = folder.resolve("away");
    Files.move(golden, away);
    assertThatThrownBy(() -> images.select(found("cat", "dog")))
        .isInstanceOf(FailedReadException.class)
        .hasMessageStartingWith("cannot read the images in " + golden);
    Files.createDirectory(golden);
    assertThatThrownBy(() -> images.select(found("cat", "dog")))
        .isInstanceOf(FailedReadException.class)
        .hasMessageStartingWith("there is no folder in " + golden);
    Files.delete(golden);
    Files.move(away, golden);

    assertThat(images.select(found("cat", "dog"))).isPresent();
  }

  @Test
  void goldenSet_isComparedWithTheKnownClassesBeforeTheFirstRound() throws IOException {
    TrainingConfig config = golden(new ClassRule(1), 70, "Cat");
    publish(config, "cat", "dog");

    assertThatThrownBy(() -> images(config, new Topic()).requireGolden())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the folders are 'Cat', and the classes are 'cat', 'dog'");
  }

  /** The trainer would otherwise not start again until somebody removes the damaged version. */
  @Test
  void goldenSet_isComparedWithTheNewestVersionThatIsNotDamaged() throws IOException {
    TrainingConfig config = golden(new ClassRule(1), 70, "cat");
    publish(config, "cat", "dog");
    publish(config, "hen", "owl");
    publish(config, "cat", "dog");
    Files.writeString(folder.resolve("models/small/3/" + ModelManifest.FILE_NAME), "{");

    assertThatThrownBy(() -> images(config, new Topic()).requireGolden())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the classes are 'hen', 'owl'");
    Files.writeString(folder.resolve("models/small/2/" + ModelManifest.FILE_NAME), "{");
    images(config, new Topic()).requireGolden();
  }

  @Test
  void goldenSetWithTooFewImagesOfFixedClasses_isRefusedBeforeTheFirstRound() throws IOException {
    ClassRule fixed = new ClassRule(Optional.of(new Labels(List.of("cat", "dog"))), 1);
    RoundImages images = images(golden(fixed, 50, "cat", "Dog"), new Topic());

    assertThatThrownBy(images::requireGolden)
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the 3 images of the training's classes");
  }
}
