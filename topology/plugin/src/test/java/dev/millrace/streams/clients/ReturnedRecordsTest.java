package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class ReturnedRecordsTest {

  private static final TopicPartition ONE = new TopicPartition("images", 1);
  private static final TopicPartition TWO = new TopicPartition("more-images", 1);

  private final ReturnedRecords returned = new ReturnedRecords();

  /** Polls records of the first partition. */
  private void poll(long... offsets) {
    pollTo(offsets[offsets.length - 1] + 1, offsets);
  }

  private void pollTo(long position, long... offsets) {
    returned.poll(() -> polled(position, offsets));
  }

  private static ConsumerRecords<byte[], byte[]> polled(long position, long... offsets) {
    List<ConsumerRecord<byte[], byte[]>> records =
        Arrays.stream(offsets)
            .mapToObj(
                offset ->
                    new ConsumerRecord<>(
                        ONE.topic(), ONE.partition(), offset, new byte[0], new byte[0]))
            .toList();
    return PolledRecords.of(
        records.isEmpty() ? Map.of() : Map.of(ONE, records),
        Map.of(ONE, new OffsetAndMetadata(position)));
  }

  private static Map<TopicPartition, OffsetAndMetadata> at(TopicPartition partition, long offset) {
    return Map.of(partition, new OffsetAndMetadata(offset));
  }

  private boolean isCommittable(TopicPartition partition, long offset) {
    return !returned.committable(at(partition, offset)).isEmpty();
  }

  private final Map<TopicPartition, Long> positions = new HashMap<>();

  private Map<TopicPartition, OffsetAndMetadata> rewinds(
      Map<TopicPartition, OffsetAndMetadata> committed) {
    return returned.rewinds(
        Set.of(ONE, TWO),
        committed,
        partition ->
            positions.containsKey(partition)
                ? OptionalLong.of(positions.get(partition))
                : OptionalLong.empty());
  }

  @Test
  void returnedRecords_mayBeCommitted() {
    poll(5, 6);

    assertThat(isCommittable(ONE, 5)).isTrue();
    assertThat(isCommittable(ONE, 7)).isTrue();
    assertThat(isCommittable(ONE, 8)).isFalse();
    assertThat(isCommittable(TWO, 0)).isFalse();
  }

  @Test
  void reportedPosition_mayBeCommitted() {
    pollTo(9, 5, 6); // markers of transactions follow the records
    assertThat(isCommittable(ONE, 9)).isTrue();

    pollTo(12);
    assertThat(isCommittable(ONE, 12)).isTrue();
    assertThat(isCommittable(ONE, 13)).isFalse();
  }

  @Test
  void afterASeek_onlyWhatPollsReturnAgain_mayBeCommitted() {
    poll(5, 6);

    returned.seek(Set.of(ONE));
    assertThat(isCommittable(ONE, 7)).isFalse();
    assertThat(isCommittable(ONE, 5)).isFalse();

    poll(5);
    assertThat(isCommittable(ONE, 6)).isTrue();
    assertThat(isCommittable(ONE, 7)).isFalse();
  }

  /** The consumer skips a record that does not fit in the heap. */
  @Test
  void afterASeekDuringAPoll_theReturnedRecordsMayBeCommitted() {
    poll(5, 6);

    returned.poll(
        () -> {
          returned.seek(Set.of(ONE));
          return polled(8, 7);
        });

    assertThat(isCommittable(ONE, 7)).isTrue();
    assertThat(isCommittable(ONE, 8)).isTrue();
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 5));
  }

  /** The answers of these records belong to the transaction that commits their offsets. */
  @Test
  void afterLostRecords_theReturnedRecordsMayBeCommitted() {
    poll(5, 6, 7, 8, 9);

    returned.poll(
        () -> {
          returned.seek(Set.of(ONE));
          return PolledRecords.of(Map.of(), Map.of());
        });

    assertThat(isCommittable(ONE, 10)).isTrue();
    assertThat(isCommittable(ONE, 7)).isTrue();
    assertThat(rewinds(at(ONE, 5))).isEqualTo(at(ONE, 5));
  }

  /** A rebalance during a poll may revoke partitions. */
  @Test
  void lostPartition_isForgotten_alsoDuringAPoll() {
    poll(5, 6);

    returned.poll(
        () -> {
          returned.forget(Set.of(ONE));
          return PolledRecords.of(Map.of(), Map.of());
        });

    assertThat(isCommittable(ONE, 7)).isFalse();
    assertThat(rewinds(Map.of())).isEmpty();
  }

  @Test
  void otherOffsets_areCommitted() {
    poll(5, 6);
    Map<TopicPartition, OffsetAndMetadata> both = new HashMap<>(at(ONE, 7));
    both.putAll(at(TWO, 1));

    assertThat(returned.committable(both)).isEqualTo(at(ONE, 7));
  }

  @Test
  void taskThatStarts_isReadFromItsCommittedOffset() {
    poll(5, 6);

    assertThat(rewinds(at(ONE, 5))).isEqualTo(at(ONE, 5));
    assertThat(rewinds(at(ONE, 7))).isEmpty();
  }

  @Test
  void taskWithoutCommittedOffset_isReadFromItsFirstRecord() {
    Map<TopicPartition, OffsetAndMetadata> none = new HashMap<>();
    none.put(ONE, null);
    poll(5, 6);
    poll(7, 8);

    assertThat(rewinds(none)).isEqualTo(at(ONE, 5));
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 5));
  }

  /** Otherwise, a task that gives up twice would skip the records between. */
  @Test
  void taskWithoutCommittedOffset_isReadFromItsFirstRecord_alsoTheSecondTime() {
    poll(5, 6);
    returned.seek(Set.of(ONE));
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 5));

    returned.seek(Set.of(ONE));
    poll(5);
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 5));

    returned.forget(Set.of(ONE));
    assertThat(rewinds(Map.of())).isEmpty();
  }

  /** Another task may make all tasks of the thread start again before a poll returns. */
  @Test
  void taskWithoutCommittedOffset_isReadFromItsPosition_ifNothingWasReturned() {
    positions.put(ONE, 7L);
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 7));
    assertThat(returned.restarts(Set.of(ONE))).isEqualTo(Map.of(ONE, 7L));

    positions.put(ONE, 9L);
    assertThat(rewinds(Map.of())).isEqualTo(at(ONE, 7));
    assertThat(rewinds(at(ONE, 5))).isEmpty();
  }

  /** Kafka Streams would skip the records with {@code auto.offset.reset=latest}. */
  @Test
  void taskWithoutCommittedOffset_isNotReset_untilTheNextPoll() {
    assertThat(rewinds(Map.of())).isEmpty();
    assertThat(returned.restarts(Set.of(ONE, TWO))).isEmpty();

    poll(5, 6);
    rewinds(at(ONE, 5));
    assertThat(returned.restarts(Set.of(ONE, TWO))).isEmpty();
    rewinds(Map.of());
    returned.seek(Set.of(ONE));
    assertThat(returned.restarts(Set.of(ONE, TWO))).isEqualTo(Map.of(ONE, 5L));
    assertThat(returned.restarts(Set.of(TWO))).isEmpty();

    poll(5);
    assertThat(returned.restarts(Set.of(ONE, TWO))).isEmpty();
  }

  @Test
  void partitionOfWhichNothingWasReturned_isNotSought() {
    assertThat(rewinds(at(ONE, 5))).isEmpty();

    poll(5, 6);
    returned.forget(Set.of(ONE));

    assertThat(rewinds(at(ONE, 5))).isEmpty();
  }

  /** The leader of a group asks for the offsets of running tasks, too, while it assigns tasks. */
  @Test
  void duringAPoll_nothingIsSought() {
    poll(5, 6);

    returned.poll(
        () -> {
          assertThat(rewinds(at(ONE, 5))).isEmpty();
          return polled(8, 7);
        });

    assertThat(rewinds(at(ONE, 5))).isEqualTo(at(ONE, 5));
  }

  /** Other calls of the consumer may also run a rebalance. */
  @Test
  void duringAnotherCall_nothingIsSought() {
    poll(5, 6);

    returned.during(
        () -> {
          assertThat(returned.<Object>during(() -> null)).isNull();
          assertThat(rewinds(at(ONE, 5))).isEmpty();
          return null;
        });

    assertThat(rewinds(at(ONE, 5))).isEqualTo(at(ONE, 5));
  }

  @Test
  void failedPoll_ends() {
    poll(5, 6);
    assertThatThrownBy(
            () ->
                returned.poll(
                    () -> {
                      throw new IllegalStateException("failed");
                    }))
        .hasMessage("failed");

    assertThat(rewinds(at(ONE, 5))).isEqualTo(at(ONE, 5));
  }

  /** Kafka Streams may abort a transaction to revive one task, while the others go on. */
  @Test
  void afterAnAbort_onlyATaskThatStartsAgain_mayCommit() {
    poll(5, 6);
    returned.requireResults(Set.of(ONE, TWO));

    returned.abort();
    poll(7);
    assertThatThrownBy(() -> returned.requireResults(Set.of(ONE, TWO)))
        .isInstanceOf(CommitFailedException.class);
    returned.requireResults(Set.of(TWO));

    rewinds(at(ONE, 8));
    returned.requireResults(Set.of(ONE));
    returned.abort();
    returned.seek(Set.of(ONE));
    returned.requireResults(Set.of(ONE));
    poll(7);
    returned.abort();
    returned.forget(Set.of(ONE));
    returned.requireResults(Set.of(ONE));
  }

  @Test
  void afterAnAbort_aSeekDuringAPoll_startsNoTask() {
    poll(5, 6);
    returned.abort();

    returned.poll(
        () -> {
          returned.seek(Set.of(ONE));
          assertThat(rewinds(at(ONE, 5))).isEmpty();
          return polled(8, 7);
        });

    assertThatThrownBy(() -> returned.requireResults(Set.of(ONE)))
        .isInstanceOf(CommitFailedException.class);
  }
}
