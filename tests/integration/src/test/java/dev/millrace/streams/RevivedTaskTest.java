package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A task of Kafka Streams gives up its work again and again, as a task does while an image store is
 * unavailable. Meanwhile, the task's topology commits, and the group rebalances. No record may be
 * skipped.
 */
class RevivedTaskTest extends GivenUpTasks {

  private static final int JOINS = 2;
  private static final Duration AWAY = Duration.ofSeconds(2);

  private final StuckTask.Progress progress = new StuckTask.Progress();

  @AfterEach
  void release() {
    progress.away = false;
  }

  private StuckTask stuck() {
    return new StuckTask(progress);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void whileATaskGivesUp_nothingBehindItsRecordsIsCommitted(String guarantee) throws Exception {
    input().processValues(this::stuck);
    try (KafkaStreams streams = start(guarantee, "one")) {
      progress.awaitGivenUp();
      await()
          .pollDelay(Duration.ZERO)
          .during(AWAY)
          .atMost(PATIENCE)
          .until(() -> committed().stream().allMatch(offset -> offset <= StuckTask.STUCK));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void whileATaskGivesUp_theGroupRebalances_andNoRecordIsSkipped(String guarantee)
      throws Exception {
    input().processValues(this::stuck);
    try (KafkaStreams first = start(guarantee, "one")) {
      progress.awaitGivenUp();
      for (int i = 0; i < JOINS; i++) {
        try (KafkaStreams second = start(guarantee, "two")) {
          await().atMost(PATIENCE).until(() -> second.state() == KafkaStreams.State.RUNNING);
          leave(second);
        }
      }
      progress.awaitProcessed(Duration.ZERO);
    }
    assertThat(committed()).containsExactly((long) RECORDS);
  }

  /** Kafka Streams deletes the records of a repartition topic that it takes for committed. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordsOfARepartitionTopic_areNotPurged_beforeTheyAreProcessed(String guarantee) {
    properties.put(StreamsConfig.REPARTITION_PURGE_INTERVAL_MS_CONFIG, 100);
    input()
        .repartition(
            Repartitioned.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withNumberOfPartitions(PARTITIONS))
        .processValues(this::stuck);
    try (KafkaStreams streams = start(guarantee, "one")) {
      progress.awaitProcessed(AWAY);
    }
  }

  /** No consumer of this class guards the tasks, so the thread joins its group again. */
  @ParameterizedTest
  @CsvSource({"at_least_once, streams", "exactly_once_v2, streams", "at_least_once, classic"})
  void withoutGuards_noRecordIsSkipped(String guarantee, String protocol) {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
    input().processValues(this::stuck);
    configure(guarantee, "one");
    KafkaStreams unguarded =
        protocol.equals("streams")
            ? new KafkaStreams(builder.build(), properties, new PromptClients())
            : new KafkaStreams(builder.build(), properties);
    try (KafkaStreams streams = start(unguarded)) {
      progress.awaitProcessed(AWAY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordsBeforeTheFirstCommit_areReadAgain_alsoWithLatest(String guarantee) {
    properties.put("auto.offset.reset", "latest");
    input().processValues(this::stuck);
    try (KafkaStreams streams = start(guarantee, "one")) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                send();
                return progress.givenUp.size() == PARTITIONS;
              });
      progress.away = false;
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  progress.givenUp.entrySet().stream()
                      .allMatch(
                          first ->
                              progress.processed.contains(
                                  first.getKey() + "-" + first.getValue())));
    }
  }

  /** The records arrive while another task of the thread waits. Both tasks give up. */
  @Test
  void recordsThatNoPollHasReturned_areNotSkipped_alsoWithLatest() {
    properties.put("auto.offset.reset", "latest");
    input()
        .processValues(
            () ->
                new StuckTask(progress) {
                  @Override
                  public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
                    context(context); // nothing commits before the task gives up
                  }

                  @Override
                  void giveUp(int partition, long offset) {
                    send(1);
                    progress.away = false;
                    super.giveUp(partition, offset);
                  }
                });
    try (KafkaStreams streams = start("exactly_once_v2", "one")) {
      await()
          .pollDelay(Duration.ofSeconds(2)) // the consumer is at the ends of both partitions
          .atMost(PATIENCE)
          .until(
              () -> {
                if (progress.away) {
                  send(0);
                }
                return progress.processed.contains("1-" + RECORDS);
              });
    }
  }
}
