package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.StreamTrainingRig.NAMES;
import static dev.millrace.trainer.stream.StreamTrainingRig.bytes;
import static dev.millrace.trainer.stream.StreamTrainingRig.keys;
import static dev.millrace.trainer.stream.StreamTrainingRig.keysOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.model.Labels;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.ResidentMemory;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests when rounds begin, and which images they train on. */
class StreamTrainingTest {

  @TempDir private Path folder;
  private StreamTrainingRig rig;

  @BeforeEach
  void prepare() {
    rig = new StreamTrainingRig(folder);
  }

  @Test
  void run_enoughNewLabels_trainsOnWhatIsThere() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.subList(0, 5).forEach(rig::both));
    rig.polls.add(() -> keys.subList(5, 6).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds)
        .singleElement()
        .satisfies(
            images -> {
              assertThat(images.labels().names()).isEqualTo(NAMES);
              assertThat(keysOf(images)).isEqualTo(keys.stream().sorted().toList());
            });
    assertThat(rig.told.warnings).isEmpty();
  }

  /**
   * Without the stored division, the training would hold out images that the weights have learned.
   */
  @Test
  void folderOfARelease_thatStoredNoDivision_isRefused() throws IOException {
    Path round =
        Files.createDirectories(
            Configs.config(folder, Configs.topics(folder, 9, 6))
                .checkpoints()
                .run()
                .resolve("round-000001"));
    Files.writeString(round.resolve("round.json"), "{\"classes\":[\"cat\",\"dog\"],\"version\":1}");

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> rig.run(Configs.topics(folder, 9, 6), rig::learn))
        .withMessageContaining("is of an earlier release")
        .withMessageContaining("another folder");
  }

  @Test
  void run_afterTheTime_trainsIfALabelIsNew() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME.minusNanos(1)));
    rig.polls.add(() -> assertThat(rig.rounds).isEmpty());
    rig.polls.add(() -> rig.pass(Duration.ofNanos(1)));
    rig.polls.add(() -> assertThat(rig.rounds).hasSize(1));
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME));
    rig.polls.add(() -> assertThat(rig.rounds).hasSize(1));
    rig.polls.add(() -> rig.both("cat/new"));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 9, 100), rig::learn);

    assertThat(rig.rounds).hasSize(2);
    assertThat(keysOf(rig.rounds.get(1))).contains("cat/new").hasSize(7);
  }

  @Test
  void run_moreIsOnTheTopics_isReadBeforeItTrains() {
    List<String> keys = keys(2);
    rig.polls.add(
        () -> {
          rig.broker.setMaxPollRecords(6);
          keys.forEach(rig::both);
        });
    for (int i = 0; i < 4; i++) {
      rig.polls.add(() -> {});
    }
    rig.run(Configs.topics(folder, 100, 2), rig::learn);

    assertThat(rig.told.warnings).isEmpty();
    assertThat(keysOf(rig.rounds.get(0))).hasSize(keys.size());
  }

  @Test
  void run_moreIsOnTheTopicsThanTheReplayKeeps_trainsAllTheSame() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          keys.forEach(rig::both);
          rig.broker.updateEndOffsets(Map.of(new TopicPartition("labels", 0), 1_000L));
        });
    rig.run(Configs.topics(folder, keys.size(), 2), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  /** Images may arrive faster than the disk takes them, and only few of them may have labels. */
  @Test
  void run_thatNeverReadsAllRecords_trainsAfterTheTime() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          keys.forEach(rig::both);
          rig.broker.updateEndOffsets(Map.of(new TopicPartition("labels", 0), 1_000L));
        });
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME.minusNanos(1)));
    rig.polls.add(() -> assertThat(rig.rounds).isEmpty());
    rig.polls.add(() -> rig.pass(Duration.ofNanos(1)));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 100, 2), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .containsExactly(
            "the round does not wait any longer, although 994 records on the topics are unread;"
                + " they may arrive faster than they can be read");
    assertThat(rig.told.waits).containsExactly("until fewer than 2 records are unread", "");
  }

  @Test
  void run_whatCannotTrainYet_isPutOff() {
    List<String> dogs = keys("dog", 3).toList();
    rig.polls.add(() -> keys("cat", 3).forEach(rig::both));
    rig.polls.add(() -> dogs.subList(0, 2).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.polls.add(() -> rig.both(dogs.get(2)));
    rig.run(Configs.topics(folder, 9, 1), rig::learn);

    assertThat(rig.told.warnings)
        .containsExactly(
            "training is postponed until more labels arrive: there is only one class to learn, 'cat', and a"
                + " training needs two",
            "left out: classes with too few different images to report the accuracy on: 'dog'",
            "training is postponed until more labels arrive: there is only one class to learn, 'cat', and a"
                + " training needs two");
    assertThat(rig.told.waits)
        .containsExactly(
            "until more labels arrive: there is only one class to learn, 'cat', and a training"
                + " needs two",
            "");
    assertThat(rig.rounds).hasSize(1);
  }

  /**
   * In an earlier release, a short failure of Kafka cancelled the round for which enough labels had
   * arrived.
   */
  @Test
  void run_aRoundThatKafkaFails_isTriedAgain() {
    Queue<String> failures = new ArrayDeque<>(List.of("nobody answers", "nobody answers"));
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(9)));
    rig.polls.add(() -> assertThat(failures).hasSize(1));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(10)));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(10)));
    rig.run(
        Configs.topics(folder, 9, 6),
        (round, images, listener, stop, name, base) -> {
          if (!failures.isEmpty()) {
            throw new TimeoutException(failures.remove());
          }
          return rig.learn(round, images, listener, stop, name, base);
        });

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .containsExactly("the round has to wait, and is tried again every 10 s: nobody answers");
    assertThat(rig.told.waits)
        .containsExactly("", "the round is tried again every 10 s: nobody answers", "");
  }

  /** In an earlier release, one mistyped label stopped the training permanently. */
  @Test
  void run_aMistypedLabel_isLeftOutAndToldOnce() {
    List<String> keys = keys(4);
    rig.polls.add(
        () -> {
          keys.forEach(rig::both);
          rig.label("cat/0", "caat");
        });
    rig.polls.add(() -> {});
    rig.polls.add(() -> rig.both("cat/100"));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 100, 1, new ClassRule(10)), rig::learn);

    assertThat(rig.rounds).hasSize(2);
    assertThat(rig.rounds.get(0).labels().names()).isEqualTo(NAMES);
    assertThat(keysOf(rig.rounds.get(0))).hasSize(keys.size() - 1).doesNotContain("cat/0");
    assertThat(rig.told.warnings)
        .filteredOn(warning -> warning.contains("left out"))
        .containsExactly("left out: classes with fewer than 10 different images: 'caat' (1)");
  }

  @Test
  void run_fixedClasses_keepOtherLabelsOut() {
    List<String> keys = keys(1);
    rig.polls.add(
        () -> {
          keys.forEach(rig::both);
          rig.both("ape/1");
          rig.both("ape/2");
        });
    ClassRule rule = new ClassRule(Optional.of(new Labels(List.of("dog", "cat"))), 20);
    rig.run(Configs.topics(folder, 100, 1, rule), rig::learn);

    assertThat(rig.rounds)
        .singleElement()
        .satisfies(
            images -> {
              assertThat(images.labels().names()).containsExactly("dog", "cat");
              assertThat(keysOf(images)).containsExactlyInAnyOrderElementsOf(keys);
            });
    assertThat(rig.told.warnings)
        .containsExactly(
            "2 images are left out, because the file of classes does not list their class: 'ape/1' is 'ape',"
                + " 'ape/2' is 'ape'");
  }

  @Test
  void run_aFixedClassWithoutAnImage_isWaitedFor() {
    rig.polls.add(() -> keys("cat", 3).forEach(rig::both));
    ClassRule rule = new ClassRule(Optional.of(new Labels(NAMES)), 20);
    rig.run(Configs.topics(folder, 100, 1, rule), rig::learn);

    assertThat(rig.told.warnings)
        .last()
        .isEqualTo(
            "training is postponed until more labels arrive: there is no image to train on of class"
                + " 'dog'");
    assertThat(rig.rounds).isEmpty();
  }

  @Test
  void run_aWithdrawnLabel_takesTheImageOut() {
    List<String> keys = keys(2);
    rig.polls.add(
        () -> {
          keys.forEach(rig::both);
          rig.send("labels", 0, bytes("dog/0"), null);
        });
    rig.run(Configs.topics(folder, 100, 1), rig::learn);

    assertThat(keysOf(rig.rounds.get(0))).hasSize(keys.size() - 1).doesNotContain("dog/0");
    assertThat(rig.told.warnings).singleElement().asString().contains("1 withdrawn");
  }

  @Test
  void run_images_keepTheirPartsFromRoundToRound() {
    rig.polls.add(() -> keys(2).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.polls.add(() -> keys(9).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 100, 1), rig::learn);

    assertThat(rig.rounds).hasSize(2);
    assertThat(parts(rig.rounds.get(1))).hasSize(54).containsAllEntriesOf(parts(rig.rounds.get(0)));
  }

  private Optional<ForgottenImage> forget(TrainingData.Topics topics, String key) {
    return ReplayRemoval.of(folder.resolve("run"), topics.replay(), key, found -> {});
  }

  @Test
  void forgottenImage_isGone_andSaysSinceWhenItWasTrainedOn() {
    rig.polls.add(() -> keys(2).forEach(rig::both));
    rig.polls.add(() -> {});
    TrainingData.Topics topics = Configs.topics(folder, 100, 1);
    rig.run(topics, rig::learn);
    Map<String, Part> parts = parts(rig.rounds.get(0));
    parts.forEach(
        (key, part) ->
            assertThat(forget(topics, key))
                .hasValueSatisfying(
                    gone ->
                        assertThat(gone.trainedAfter())
                            .isEqualTo(
                                part == Part.TRAINING ? OptionalInt.of(0) : OptionalInt.empty())));

    assertThat(forget(topics, "cat/0")).isEmpty();
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> ReplayRemoval.of(folder, folder, "cat/0", found -> {}))
        .withMessageContaining("there is no replay in")
        .withMessageContaining("run folder");
  }

  /** Trains a round on two images per part and class, and returns the key of a training image. */
  private String trainOnce(TrainingData.Topics topics) {
    rig.polls.add(() -> keys(2).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(topics, rig::learn);
    return parts(rig.rounds.get(0)).entrySet().stream()
        .filter(image -> image.getValue() == Part.TRAINING)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void forgottenImage_thatWasReplacedSinceTheRound_saysThatItWasTrainedOn() {
    TrainingData.Topics topics = Configs.topics(folder, 100, 1);
    String key = trainOnce(topics);
    rig.polls.add(() -> rig.send("images", 0, bytes(key), StreamTrainingRig.png("cat/other")));
    rig.polls.add(() -> {});
    rig.run(topics, rig::learn);

    assertThat(forget(topics, key).orElseThrow())
        .matches(ForgottenImage::held)
        .extracting(ForgottenImage::trainedAfter)
        .isEqualTo(OptionalInt.of(0));
  }

  @Test
  void forgottenImage_thatWasEvictedSinceTheRound_saysThatItWasTrainedOn() {
    TrainingData.Topics topics = Configs.topics(folder, 12, 1);
    String key = trainOnce(topics);
    rig.polls.add(() -> keys("hen", 12).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(topics, rig::learn);

    assertThat(forget(topics, key).orElseThrow())
        .matches(gone -> !gone.held())
        .extracting(ForgottenImage::trainedAfter)
        .isEqualTo(OptionalInt.of(0));
    assertThat(forget(topics, key)).isEmpty();
  }

  private static Map<String, Part> parts(LabelledImages images) {
    return images.images().stream()
        .collect(Collectors.toMap(LabelledImage::key, LabelledImage::part));
  }

  @Test
  void run_withLibtorch_exportsEachRoundAsTheChildOfTheOneBefore() {
    List<String> keys = keys(6);
    rig.polls.add(() -> keys.subList(0, 33).forEach(rig::both));
    rig.polls.add(() -> keys.subList(33, 36).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(
        Configs.topics(folder, 100, 3),
        (round, images, listener, stop, name, base) ->
            new TrainingRun(round, images, listener, () -> false, System::nanoTime).run(name));

    assertThat(rig.told.rounds).containsExactly("round-000001 on 19+14", "round-000002 on 22+14");
    assertThat(rig.told.versions).hasSize(2);
    assertThat(rig.told.versions.get(1).manifest().parentVersion()).isEqualTo(1);
  }

  /** A trainer that waits for labels may share its machine with other programs. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void run_afterARound_returnsNativeMemory() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.polls.add(() -> {});
    List<Long> used = new ArrayList<>();
    List<Long> later = new ArrayList<>();
    rig.polls.add(() -> later.add(ResidentMemory.now()));
    rig.run(
        Configs.topics(folder, 9, 6),
        (round, images, listener, stop, name, base) -> {
          used.add(ResidentMemory.with(256));
          return rig.learn(round, images, listener, stop, name, base);
        });

    assertThat(used).hasSize(1);
    assertThat(used.get(0) - later.get(0)).isGreaterThan(200);
  }
}
