package dev.millrace.trainer.stream;

import static dev.millrace.trainer.stream.StreamTrainingRig.keys;
import static dev.millrace.trainer.stream.StreamTrainingRig.keysOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.ForwardingListener;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** The images of a large replay are read for minutes after a restart. */
  @Test
  void run_stoppedWhileItReadsTheImages_beginsNoRound() {
    rig.polls.add(
        () -> {
          keys(1).forEach(rig::both);
          rig.isStopped = true;
        });
    rig.run(Configs.topics(folder, 9, 6), rig::learn);
    assertThat(rig.rounds).isEmpty();
    rig.restart();
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 9, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  private Path image(String key) {
    return folder.resolve("replay/images").resolve(Sha256.of(key));
  }

  /** Makes files of the replay unreadable, without removing their content. */
  private void hide(List<String> keys) {
    try {
      for (String key : keys) {
        Files.move(image(key), folder.resolve(Sha256.of(key)));
        Files.createDirectory(image(key));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void show(List<String> keys) {
    try {
      for (String key : keys) {
        Files.delete(image(key));
        Files.move(folder.resolve(Sha256.of(key)), image(key));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** In an earlier release, one such file ended the training, also after each restart. */
  @Test
  void run_afterARestartWithAFileThatCannotBeRead_trainsOnTheOthers() {
    List<String> keys = keys(2);
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.run(Configs.topics(folder, 100, 100), rig::learn);
    hide(List.of("cat/0"));
    rig.restart();
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME));
    rig.polls.add(() -> show(List.of("cat/0")));
    rig.polls.add(() -> keys("dog", 7).skip(6).forEach(rig::both));
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME));
    rig.run(Configs.topics(folder, 100, 100), rig::learn);

    assertThat(rig.rounds).hasSize(2);
    assertThat(keysOf(rig.rounds.get(0))).hasSize(11).doesNotContain("cat/0");
    assertThat(keysOf(rig.rounds.get(1))).hasSize(13).contains("cat/0");
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith(
            "left out: 1 images of the replay whose files cannot be read; they stay in the replay,"
                + " and the next round reads them again. The first: the file "
                + image("cat/0"));
  }

  /** For example, the replay is on a disk of the network that does not answer. */
  @Test
  void run_afterARestartWithoutAnyReadableFile_isTriedAgainAfter10Seconds() {
    List<String> keys = keys(1);
    rig.polls.add(() -> keys.forEach(rig::both));
    rig.run(Configs.topics(folder, 100, 100), rig::learn);
    hide(keys);
    rig.restart();
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(10)));
    rig.polls.add(
        () -> {
          assertThat(rig.rounds).isEmpty();
          show(keys);
          rig.pass(Duration.ofSeconds(10));
        });
    rig.run(Configs.topics(folder, 100, 100), rig::learn);

    assertThat(rig.rounds).singleElement().satisfies(all -> assertThat(keysOf(all)).hasSize(6));
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("the round has to wait, and is tried again every 10 s: the file ");
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

  /**
   * Trains a round with libtorch. A file in the place of the repository's folder makes the
   * publication fail until {@code failures} warnings have arrived.
   */
  private Optional<Weights> trainWithoutRepository(
      TrainingConfig round,
      LabelledImages images,
      TrainingListener listener,
      String name,
      int failures,
      BooleanSupplier stop) {
    Path repository = folder.resolve("models");
    AtomicInteger warnings = new AtomicInteger();
    AtomicLong nanos = new AtomicLong();
    return new TrainingRun(
            round,
            images,
            new ForwardingListener(listener) {
              @Override
              public void epochEnded(EpochReport report) {
                super.epochEnded(report);
                write(repository);
              }

              @Override
              public void warned(String what) {
                super.warned(what);
                if (warnings.incrementAndGet() == failures) {
                  repository.toFile().delete();
                }
              }
            },
            stop,
            () -> nanos.addAndGet(Duration.ofSeconds(10).toNanos()))
        .run(name);
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void run_aRepositoryThatFailsAtTheEndOfARound_getsTheTrainedRoundLater() {
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name, base) ->
            trainWithoutRepository(round, images, listener, name, 2, () -> false));

    assertThat(rig.told.rounds).hasSize(1);
    assertThat(rig.told.versions).hasSize(1);
    assertThat(rig.told.warnings)
        .hasSize(2)
        .allMatch(warning -> warning.contains(folder.resolve("models").toString()))
        .first()
        .asString()
        .contains("is tried again in 1 s");
    assertThat(rig.told.waits)
        .hasSize(3)
        .element(1)
        .asString()
        .startsWith("the publication is tried again: ");
    assertThat(rig.told.waits).last().isEqualTo("");
  }

  @Test
  void run_stoppedWhileTheRepositoryFails_trainsTheRoundAfterTheRestart() {
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name, base) ->
            trainWithoutRepository(
                round, images, listener, name, 9, () -> rig.told.warnings.size() == 2));
    assertThat(rig.told.versions).isEmpty();
    assertThat(folder.resolve("models").toFile().delete()).isTrue();
    rig.restart();
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 100, 6), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void recordsThatADiskCannotTake_areReadAgain() {
    Path home = folder.resolve("replay");
    Replay replay = new Replay(home, 9, encoded -> {}, Instant.EPOCH);
    TopicReader reader =
        new TopicReader(
            Configs.topics(folder, 9, 6),
            rig.broker,
            names -> rig.ids,
            replay,
            rig.told,
            () -> rig.nanos);
    rig.polls.add(
        () -> {
          rig.image("cat/1");
          StreamTrainingRig.replaceByAFile(home);
        });
    reader.poll();
    assertThat(reader.trouble())
        .hasValue("new records are read again every 10 s, because the disk does not take them");
    StreamTrainingRig.restore(home);
    rig.pass(TopicReader.REFRESH);
    rig.polls.add(
        () -> {
          assertThat(rig.broker.position(new TopicPartition("images", 0))).isZero();
          rig.both("cat/1");
        });
    reader.poll();

    assertThat(replay.keys()).containsExactly("cat/1");
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("new records have to wait, and are read again every 10 s: ");
    assertThat(reader.trouble()).isEmpty();
  }

  /** For example, the clock was wrong before the network's time corrected it. */
  @Test
  void run_aClockThatIsSetBack_delaysTheNextRoundByTheTimeBetweenRoundsOnly() {
    rig.pass(Duration.ofDays(1_000));
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, 100, 100), rig::learn);
    rig.restart();
    rig.nanos = 0;
    rig.polls.add(() -> {});
    rig.polls.add(() -> rig.pass(Configs.EVERY_TIME.minusSeconds(1)));
    rig.polls.add(() -> assertThat(rig.rounds).isEmpty());
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.polls.add(() -> {});
    rig.run(Configs.topics(folder, 100, 100), rig::learn);

    assertThat(rig.rounds).hasSize(1);
  }

  @Test
  void run_aRepositoryThatFailsInARound_isTriedAgainAfter10Seconds() {
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(9)));
    rig.polls.add(() -> assertThat(rig.told.begun).hasSize(1));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name, base) -> {
          if (rig.told.begun.size() == 1) {
            throw new ModelException("the store is away");
          }
          return rig.learn(round, images, listener, stop, name, base);
        });

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .endsWith("is tried again every 10 s: the store is away");
  }

  /** In an earlier release, a golden image that was being copied ended the training. */
  @Test
  void run_aGoldenSetThatCannotBeReadAtTheBeginningOfARound_isTriedAgainAfter10Seconds() {
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(10)));
    rig.run(
        Configs.topics(folder, 100, 6),
        (round, images, listener, stop, name, base) -> {
          if (rig.told.begun.size() == 1) {
            throw new FailedReadException("golden: 1 of 7 images cannot be read");
          }
          return rig.learn(round, images, listener, stop, name, base);
        });

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .endsWith("is tried again every 10 s: golden: 1 of 7 images cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "replay"})
  void run_aDiskThatFailsBeforeARound_isTriedAgainAfter10Seconds(String name) {
    rig.polls.add(() -> keys(1).forEach(rig::both));
    rig.polls.add(
        () -> {
          StreamTrainingRig.replaceByAFile(folder.resolve(name));
          rig.pass(Configs.EVERY_TIME);
        });
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(10)));
    rig.polls.add(
        () -> {
          StreamTrainingRig.restore(folder.resolve(name));
          rig.pass(Duration.ofSeconds(9));
        });
    rig.polls.add(() -> assertThat(rig.rounds).isEmpty());
    rig.polls.add(() -> rig.pass(Duration.ofSeconds(1)));
    rig.run(Configs.topics(folder, 100, 100), rig::learn);

    assertThat(rig.rounds).hasSize(1);
    assertThat(rig.told.warnings)
        .singleElement()
        .asString()
        .startsWith("the round has to wait, and is tried again every 10 s: ")
        .contains(folder.resolve(name).toString(), "that its disk has room");
  }
}
