package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.StreamTrainingRig.keys;
import static dev.millrace.trainer.stream.StreamTrainingRig.keysOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.TrainingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the handling of an unfinished round, and of records that were read before a restart. */
class StreamTrainingInterruptionTest {

  @TempDir private Path folder;
  private StreamTrainingRig rig;

  @BeforeEach
  void prepare() {
    rig = new StreamTrainingRig(folder);
  }

  @Test
  void run_afterARestart_goesOnWhereTheDiskSays() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.subList(0, 3).forEach(rig::both));
    rig.run(Configs.topics(folder, 9, 6), rig::learn);
    rig.restart();
    rig.polls.add(
        () -> {
          assertThat(rig.broker.position(new TopicPartition("labels", 0))).isEqualTo(3);
          assertThat(rig.broker.position(new TopicPartition("images", 0))).isEqualTo(3);
          keys.subList(3, 6).forEach(rig::both);
        });
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds)
        .singleElement()
        .satisfies(images -> assertThat(keysOf(images)).hasSize(6));
  }

  @Test
  void run_stoppedInARound_trainsItAfterTheRestart() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.run(
        Configs.topics(folder, 9, 6),
        (round, images, listener, stop, name, base) -> Optional.empty());
    rig.restart();
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_aRoundThatDiverges_isFollowedByTheNextLabels() {
    List<String> begun = new ArrayList<>();
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(() -> {});
    rig.polls.add(
        () -> {
          assertThat(begun).hasSize(1);
          keys("cat", 9).skip(3).forEach(rig::both);
        });
    rig.run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name, base) -> {
          begun.add(name);
          listener.began(name, 1, 1, 0, 1);
          throw new TrainingException("the loss is NaN");
        });

    assertThat(begun).containsExactly("round-000001", "round-000001");
    assertThat(rig.told.warnings).hasSize(2).allMatch(warning -> warning.contains("NaN"));
  }
}
