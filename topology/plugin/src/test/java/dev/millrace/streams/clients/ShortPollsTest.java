package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class ShortPollsTest {

  private static final TopicPartition ONE = new TopicPartition("images", 1);
  private static final TopicPartition TWO = new TopicPartition("images", 2);
  private static final TopicPartition NEW = new TopicPartition("images", 3);
  private static final Duration LONG = Duration.ofHours(1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

  /**
   * The timeouts of the consumer's polls, in order. {@link #paused} has the partitions that were
   * paused during each poll.
   */
  private final List<Duration> timeouts = new ArrayList<>();

  private final List<Set<TopicPartition>> paused = new ArrayList<>();

  private Runnable duringPoll = () -> {};
  private int most = 2;
  private long now;
  private ShortPolls polls = new ShortPolls(consumer, 500, () -> most, () -> now);

  @BeforeEach
  void assign() {
    consumer.assign(Set.of(ONE, TWO));
    consumer.seek(ONE, 10);
    consumer.seek(TWO, 20);
  }

  /** Sets the largest number of records that the consumer returns. */
  private void setFull(int records) {
    consumer.setMaxPollRecords(records);
    polls = new ShortPolls(consumer, records, () -> most, () -> now);
  }

  private void arrive(TopicPartition partition, long... offsets) {
    for (long offset : offsets) {
      consumer.addRecord(
          new ConsumerRecord<>(
              partition.topic(),
              partition.partition(),
              offset,
              0,
              TimestampType.CREATE_TIME,
              0,
              0,
              null,
              null,
              new RecordHeaders(),
              Optional.of(5)));
    }
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    return polls.poll(
        timeout -> {
          timeouts.add(timeout);
          paused.add(consumer.paused());
          duringPoll.run();
          return consumer.poll(timeout);
        },
        LONG);
  }

  private static List<Long> offsets(ConsumerRecords<byte[], byte[]> records, TopicPartition of) {
    return records.records(of).stream().map(ConsumerRecord::offset).toList();
  }

  private static Map<TopicPartition, OffsetAndMetadata> behind(
      TopicPartition partition, long offset) {
    return Map.of(partition, new OffsetAndMetadata(offset, Optional.of(5), ""));
  }

  @Test
  void fewRecords_passAsTheyAre() {
    arrive(ONE, 10, 11);

    assertThat(offsets(poll(), ONE)).containsExactly(10L, 11L);
    assertThat(polls.position(ONE)).isEmpty();
    assertThat(polls.count(ONE)).isZero();
    assertThat(timeouts).containsExactly(LONG);
    assertThat(poll().isEmpty()).isTrue();
  }

  @Test
  void recordsBeforeATruncation_areKept() {
    arrive(ONE, 10, 11, 12, 13, 16);
    poll();

    polls.truncate(ONE, new OffsetAndMetadata(15));
    polls.truncate(TWO, new OffsetAndMetadata(15));
    consumer.seek(ONE, 15);

    assertThat(polls.count(ONE)).isEqualTo(2);
    ConsumerRecords<byte[], byte[]> left = poll();
    assertThat(offsets(left, ONE)).containsExactly(12L, 13L);
    assertThat(left.nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(15)));
  }

  @Test
  void recordsBehindATruncation_areForgotten() {
    arrive(ONE, 10, 11, 12, 13);
    poll();

    polls.truncate(ONE, new OffsetAndMetadata(12));

    assertThat(polls.position(ONE)).isEmpty();
    assertThat(polls.count(ONE)).isZero();
  }

  @Test
  void manyRecords_comeInOrderOverSeveralPolls() {
    arrive(ONE, 10, 11, 12, 15, 16);

    ConsumerRecords<byte[], byte[]> first = poll();
    assertThat(offsets(first, ONE)).containsExactly(10L, 11L);
    assertThat(first.nextOffsets()).isEqualTo(behind(ONE, 12));
    assertThat(polls.position(ONE)).isEqualTo(OptionalLong.of(12));
    assertThat(polls.count(ONE)).isEqualTo(3);

    ConsumerRecords<byte[], byte[]> second = poll();
    assertThat(offsets(second, ONE)).containsExactly(12L, 15L);
    assertThat(second.nextOffsets()).isEqualTo(behind(ONE, 16));

    ConsumerRecords<byte[], byte[]> third = poll();
    assertThat(offsets(third, ONE)).containsExactly(16L);
    assertThat(third.nextOffsets()).isEqualTo(behind(ONE, 17));
    assertThat(polls.position(ONE)).isEmpty();
  }

  @Test
  void whileManyRecordsAreKept_theConsumerReadsOnlyOtherPartitions() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16, 17);
    poll();
    arrive(ONE, 18);
    arrive(TWO, 20);
    consumer.pause(Set.of(TWO));

    assertThat(offsets(poll(), ONE)).containsExactly(12L, 13L);

    assertThat(timeouts).containsExactly(LONG, Duration.ZERO);
    assertThat(paused).containsExactly(Set.of(), Set.of(ONE, TWO));
    assertThat(consumer.paused()).containsExactly(TWO);
  }

  /** Otherwise, the broker would get a fetch without this partition, and hold it. */
  @Test
  void partitionWithFewKeptRecords_isReadLikeTheOthers() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16);
    poll();
    arrive(ONE, 17);
    arrive(TWO, 20);

    ConsumerRecords<byte[], byte[]> second = poll();

    assertThat(offsets(second, ONE)).containsExactly(12L);
    assertThat(offsets(second, TWO)).containsExactly(20L);
    assertThat(timeouts).containsExactly(LONG, Duration.ZERO);
    assertThat(paused).containsExactly(Set.of(), Set.of());
    assertThat(polls.count(ONE)).isEqualTo(5);
    assertThat(offsets(poll(), ONE)).containsExactly(13L, 14L);
    assertThat(offsets(poll(), ONE)).containsExactly(15L, 16L);
    assertThat(offsets(poll(), ONE)).containsExactly(17L);
  }

  /**
   * Like Kafka's consumer, the mock consumer returns all records of one partition before records of
   * the next partition.
   */
  @Test
  void partitions_takeTurns() {
    setFull(3);
    arrive(ONE, 10, 11, 12, 13, 14, 15);
    arrive(TWO, 20, 21, 22, 23, 24, 25);

    Map<TopicPartition, Integer> returned = new HashMap<>();
    for (int i = 0; i < 4; i++) {
      ConsumerRecords<byte[], byte[]> records = poll();
      assertThat(records.count()).isEqualTo(2);
      for (TopicPartition partition : records.partitions()) {
        returned.merge(partition, records.records(partition).size(), Integer::sum);
      }
    }
    assertThat(returned)
        .hasSize(2)
        .allSatisfy((partition, count) -> assertThat(count).isGreaterThan(2));
  }

  /** Because a partition with many kept records is not read, their number is bounded. */
  @Test
  void partitionWithManyKeptRecords_isNotRead_evenIfItWasNotReturnedLast() {
    most = 1;
    arrive(ONE, 10, 11, 12, 13, 14);
    poll();
    arrive(TWO, 20, 21);
    assertThat(poll().partitions()).containsExactly(ONE);

    assertThat(poll().partitions()).containsExactly(TWO);

    assertThat(paused).containsExactly(Set.of(), Set.of(ONE), Set.of(ONE));
  }

  /** With a fast model, the thread processes all records of a poll, so no records are kept. */
  @Test
  void partitionsOfAFastModel_takeTurns() {
    setFull(2);
    arrive(ONE, 10, 11, 12);
    arrive(TWO, 20, 21, 22);

    Set<TopicPartition> first = poll().partitions();
    Set<TopicPartition> second = poll().partitions();

    assertThat(first).hasSize(1).doesNotContainAnyElementsOf(second);
    assertThat(second).hasSize(1);
    assertThat(poll().partitions()).isEqualTo(first);
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void ifTheOthersHaveNoRecords_theSamePartitionFollows() {
    setFull(1);
    arrive(ONE, 10, 11);
    poll();

    assertThat(offsets(poll(), ONE)).containsExactly(11L);

    assertThat(timeouts).containsExactly(LONG, Duration.ZERO, LONG);
    assertThat(paused).containsExactly(Set.of(), Set.of(ONE), Set.of());
  }

  /** Then the consumer has left no records behind, so no partition has to wait. */
  @Test
  void afterAPollThatWasNotFull_allPartitionsAreRead() {
    setFull(3);
    arrive(ONE, 10, 11);
    poll();
    arrive(ONE, 12);

    assertThat(offsets(poll(), ONE)).containsExactly(12L);

    assertThat(timeouts).containsExactly(LONG, LONG);
    assertThat(paused).containsExactly(Set.of(), Set.of());
  }

  @Test
  void singlePartition_isPolledOnce() {
    setFull(1);
    consumer.assign(Set.of(ONE));
    consumer.seek(ONE, 10);
    arrive(ONE, 10);
    poll();

    poll();

    assertThat(timeouts).containsExactly(LONG, LONG);
  }

  /** A rest may cost as much time as a broker holds a fetch of partitions without records. */
  @Test
  void afterARestInVain_thePartitionsOfFullPollsRestOnlyNowAndThen() {
    setFull(1);
    arrive(ONE, 10, 11, 12, 13, 14);
    poll();
    poll();
    timeouts.clear();
    paused.clear();

    now = Duration.ofSeconds(4).toNanos();
    assertThat(offsets(poll(), ONE)).containsExactly(12L);
    now = Duration.ofSeconds(6).toNanos();
    assertThat(offsets(poll(), ONE)).containsExactly(13L);

    assertThat(timeouts).containsExactly(LONG, Duration.ZERO, LONG);
    assertThat(paused).containsExactly(Set.of(), Set.of(ONE), Set.of());
  }

  @Test
  void recordsOfSeveralPartitions_countTogether() {
    arrive(ONE, 10, 11, 12);
    arrive(TWO, 20, 21);
    most = 4;

    ConsumerRecords<byte[], byte[]> first = poll();

    assertThat(offsets(first, ONE)).containsExactly(10L, 11L);
    assertThat(offsets(first, TWO)).containsExactly(20L, 21L);
    assertThat(first.nextOffsets().keySet()).containsExactlyInAnyOrder(ONE, TWO);
    assertThat(poll().count()).isEqualTo(1);
  }

  /**
   * Kafka Streams commits the position that a poll reports, even if the poll returned no records of
   * the partition. Kafka's consumer reports such a position if it has passed only markers of
   * transactions, or if a fetch of several partitions returned nothing of this one.
   */
  @Test
  void positionBehindKeptRecords_isReportedWithTheLastOfThem() {
    arrive(ONE, 10, 11, 12);
    arrive(TWO, 20, 21, 22);
    most = 3;
    ConsumerRecords<byte[], byte[]> first = poll();
    assertThat(polls.count(ONE) + polls.count(TWO)).isEqualTo(3);
    most = 1;

    Map<TopicPartition, Long> committed = new HashMap<>();
    first.nextOffsets().forEach((partition, offset) -> committed.put(partition, offset.offset()));
    for (int left = 3; left > 0; left--) {
      ConsumerRecords<byte[], byte[]> records =
          polls.poll(
              timeout ->
                  new ConsumerRecords<>(
                      Map.of(),
                      Map.of(ONE, new OffsetAndMetadata(14), TWO, new OffsetAndMetadata(24))),
              LONG);
      assertThat(records.count()).isEqualTo(1);
      records.nextOffsets().forEach((partition, at) -> committed.put(partition, at.offset()));
      for (TopicPartition partition : Set.of(ONE, TWO)) {
        polls
            .position(partition)
            .ifPresent(kept -> assertThat(committed.get(partition)).isEqualTo(kept));
      }
    }
    assertThat(committed).isEqualTo(Map.of(ONE, 14L, TWO, 24L));
  }

  @Test
  void keptRecordsOfAPausedPartition_waitAndOthersAreRead() {
    arrive(ONE, 10, 11, 12);
    poll();
    consumer.pause(Set.of(ONE));
    arrive(TWO, 20, 21, 22);

    assertThat(poll().partitions()).containsExactly(TWO);
    assertThat(timeouts).containsExactly(LONG, LONG);
    assertThat(polls.position(ONE)).isEqualTo(OptionalLong.of(12));

    consumer.resume(Set.of(ONE));
    ConsumerRecords<byte[], byte[]> last = poll();
    assertThat(offsets(last, ONE)).containsExactly(12L);
    assertThat(offsets(last, TWO)).containsExactly(22L);
  }

  @Test
  void forgottenRecords_areReadAgain() {
    arrive(ONE, 10, 11, 12);
    poll();
    polls.forget(Set.of(ONE));
    consumer.seek(ONE, 10);
    arrive(ONE, 10);

    assertThat(polls.position(ONE)).isEmpty();
    assertThat(offsets(poll(), ONE)).containsExactly(10L);
  }

  /**
   * During a rebalance, Kafka Streams pauses the partitions of tasks that do not run yet. The poll
   * must not resume these partitions.
   */
  @Test
  void partitionThatIsLostDuringAPoll_andComesBack_staysPaused() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16, 17);
    poll();
    duringPoll =
        () -> {
          polls.forget(Set.of(ONE));
          polls.leavePaused(Set.of(ONE));
          consumer.pause(Set.of(ONE));
        };

    assertThat(poll().isEmpty()).isTrue();

    assertThat(consumer.paused()).containsExactly(ONE);
  }

  /**
   * A question for a position may reset the offset of another partition, whose log was truncated.
   */
  @Test
  void partitionInWhichTheConsumerSeeksDuringAPoll_isReadAgain() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16, 17);
    poll();
    duringPoll =
        () -> {
          assertThat(consumer.paused()).containsExactly(ONE);
          consumer.seek(ONE, 10);
          polls.forget(Set.of(ONE));
        };

    assertThat(poll().isEmpty()).isTrue();

    assertThat(consumer.paused()).isEmpty();
  }

  /** If the commit of a task fails in a rebalance, Kafka Streams closes the task, and keeps it. */
  @Test
  void partitionThatTheCallerPausesDuringAPoll_staysPaused() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16, 17);
    poll();
    duringPoll =
        () -> {
          polls.leavePaused(Set.of(ONE));
          consumer.pause(Set.of(ONE));
        };

    assertThat(poll().isEmpty()).isTrue();

    assertThat(consumer.paused()).containsExactly(ONE);
  }

  /** For example, the topic's retention has deleted the records after the kept ones. */
  @Test
  void ifTheOffsetIsOutOfRange_theKeptRecordsAreReturnedFirst() {
    arrive(ONE, 10, 11, 12, 13);
    poll();
    duringPoll =
        () -> {
          throw new OffsetOutOfRangeException(Map.of(ONE, 14L));
        };

    assertThat(offsets(poll(), ONE)).containsExactly(12L, 13L);

    assertThatThrownBy(this::poll).isInstanceOf(OffsetOutOfRangeException.class);
  }

  @Test
  void ifSeveralPartitionsAreTruncated_thePollFailsForThoseWithoutKeptRecords() {
    arrive(ONE, 10, 11, 12);
    poll();
    duringPoll =
        () -> {
          throw new LogTruncationException(
              Map.of(ONE, 13L, TWO, 20L),
              Map.of(ONE, new OffsetAndMetadata(11), TWO, new OffsetAndMetadata(19)));
        };

    assertThatThrownBy(this::poll)
        .isInstanceOfSatisfying(
            LogTruncationException.class,
            e -> {
              assertThat(e.offsetOutOfRangePartitions()).isEqualTo(Map.of(TWO, 20L));
              assertThat(e.divergentOffsets()).isEqualTo(Map.of(TWO, new OffsetAndMetadata(19)));
            });
    assertThat(polls.count(ONE)).isEqualTo(1);
  }

  /** Kafka's consumer also checks the offsets of paused partitions. */
  @Test
  void ifTheOffsetOfAPausedPartitionIsOutOfRange_itsKeptRecordsStay() {
    arrive(ONE, 10, 11, 12, 13);
    poll();
    consumer.pause(Set.of(ONE));
    duringPoll =
        () -> {
          throw new OffsetOutOfRangeException(Map.of(ONE, 14L));
        };

    assertThat(poll().isEmpty()).isTrue();

    consumer.resume(Set.of(ONE));
    assertThat(offsets(poll(), ONE)).containsExactly(12L, 13L);
    assertThatThrownBy(this::poll).isInstanceOf(OffsetOutOfRangeException.class);
  }

  @Test
  void ifTheOffsetOfAnotherPartitionIsOutOfRange_thePollFails() {
    arrive(ONE, 10, 11, 12);
    poll();
    duringPoll =
        () -> {
          throw new OffsetOutOfRangeException(Map.of(TWO, 20L));
        };

    assertThatThrownBy(this::poll).isInstanceOf(OffsetOutOfRangeException.class);
    assertThat(polls.count(ONE)).isEqualTo(1);
  }

  @Test
  void partitionThatIsNew_isReadAtOnce() {
    arrive(ONE, 10, 11, 12);
    poll();
    duringPoll =
        () -> {
          consumer.assign(Set.of(TWO, NEW));
          polls.forget(Set.of(ONE));
          consumer.seek(NEW, 30);
          arrive(NEW, 30);
        };

    assertThat(offsets(poll(), NEW)).containsExactly(30L);
    assertThat(consumer.paused()).doesNotContain(TWO, NEW);
  }

  @Test
  void failedPoll_leavesThePartitionsAndTheRecordsAsTheyWere() {
    arrive(ONE, 10, 11, 12, 13, 14, 15, 16, 17);
    poll();
    duringPoll =
        () -> {
          throw new IllegalStateException("broken");
        };

    assertThatThrownBy(this::poll).hasMessage("broken");

    assertThat(consumer.paused()).isEmpty();
    duringPoll = () -> {};
    assertThat(offsets(poll(), ONE)).containsExactly(12L, 13L);
  }
}
