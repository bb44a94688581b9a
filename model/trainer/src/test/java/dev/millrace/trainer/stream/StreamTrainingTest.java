package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.StreamTrainingRig.NAMES;
import static dev.millrace.trainer.stream.StreamTrainingRig.keys;
import static dev.millrace.trainer.stream.StreamTrainingRig.keysOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.run.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  @Test
  void run_whatCannotTrainYet_isPutOff() {
    List<String> keys = keys(1);
    List<String> cats = keys.stream().filter(key -> key.startsWith("cat")).toList();
    String heldOutDog = keys("dog", Part.GATE).findFirst().orElseThrow();
    String dog = keys("dog", Part.TRAINING).findFirst().orElseThrow();
    rig.polls.add(() -> cats.forEach(rig::both));
    rig.polls.add(() -> rig.both(heldOutDog));
    rig.polls.add(() -> {});
    rig.polls.add(() -> rig.both(dog));
    rig.run(Configs.topics(folder, 9, 1), rig::learn);

    assertThat(rig.told.warnings).hasSize(2);
    assertThat(rig.told.warnings.get(0)).contains("postponed").contains("second class");
    assertThat(rig.told.warnings.get(1)).contains("postponed").contains("'dog' to train on");
    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_nothingHeldOut_isPutOff() {
    rig.polls.add(
        () -> NAMES.forEach(name -> keys(name, Part.TRAINING).limit(2).forEach(rig::both)));
    rig.run(Configs.topics(folder, 9, 1), rig::learn);

    assertThat(rig.told.warnings).singleElement().asString().contains("held out");
    assertThat(rig.rounds).isEmpty();
  }

  @Test
  void run_withLibtorch_exportsEachRoundAsTheChildOfTheOneBefore() {
    List<String> keys = keys(6);
    rig.polls.add(() -> keys.subList(0, 33).forEach(rig::both));
    rig.polls.add(() -> keys.subList(33, 36).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.run(
        Configs.topics(folder, 100, 3),
        (round, images, listener, stop, name) ->
            new TrainingRun(round, images, listener, () -> false, System::nanoTime).run(name));

    assertThat(rig.told.rounds).containsExactly("round-000001 on 12+21", "round-000002 on 12+24");
    assertThat(rig.told.versions).hasSize(2);
    assertThat(rig.told.versions.get(1).manifest().parentVersion()).isEqualTo(1);
  }
}
