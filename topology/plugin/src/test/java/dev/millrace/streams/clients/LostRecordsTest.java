package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class LostRecordsTest {

  private static final TopicPartition ONE = new TopicPartition("images", 1);
  private static final TopicPartition TWO = new TopicPartition("images", 2);

  /**
   * If {@code seekToBeginning} gets no partitions, this consumer seeks in all of its partitions, as
   * Kafka's consumer does.
   */
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
          super.seekToBeginning(partitions.isEmpty() ? assignment() : partitions);
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
          if (positionFailure != null) {
            throw positionFailure;
          }
          return super.position(partition, timeout);
        }
      };

  private KafkaException positionFailure;

  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void assign() {
    consumer.assign(Set.of(ONE, TWO));
    consumer.updateBeginningOffsets(Map.of(ONE, 10L, TWO, 20L));
    consumer.updateEndOffsets(Map.of(ONE, 100L, TWO, 200L));
    consumer.seek(ONE, 4);
    consumer.seek(TWO, 25);
  }

  /**
   * Polls once. The consumer throws {@code answer}, and the tested poll must handle this exception
   * and return no records.
   */
  private void poll(String reset, KafkaException answer) {
    consumer.setPollException(answer);
    assertThat(
            new LostRecords(reset, consumer, consumer::seek, warnings::add)
                .around(consumer::poll)
                .apply(Duration.ZERO)
                .count())
        .isZero();
  }

  @Test
  void recordsOfAPoll_arePassedOn() {
    consumer.seek(ONE, 10);
    consumer.addRecord(new ConsumerRecord<>("images", 1, 10, null, new byte[1]));

    assertThat(
            new LostRecords("earliest", consumer, consumer::seek, warnings::add)
                .around(consumer::poll)
                .apply(Duration.ZERO)
                .count())
        .isEqualTo(1);
    assertThat(warnings).isEmpty();
  }

  @Test
  void deletedRecords_areTold_andTheOthersAreRead() {
    poll("earliest", new OffsetOutOfRangeException(Map.of(ONE, 4L)));

    assertThat(consumer.position(ONE)).isEqualTo(10);
    assertThat(consumer.position(TWO)).isEqualTo(25);
    assertThat(warnings)
        .containsExactly(
            "partition images-1 has lost 6 records that were not read: the consumer was at offset 4"
                + " and continues at 10; to keep records longer, raise the topic's retention.ms");
  }

  /**
   * Kafka Streams would reset all of the partition, as it knows nothing of the divergent offset.
   */
  @Test
  void failureOfAnotherPartition_doesNotReachKafkaStreams() {
    positionFailure =
        new LogTruncationException(Map.of(TWO, 25L), Map.of(TWO, new OffsetAndMetadata(22)));

    poll("earliest", new OffsetOutOfRangeException(Map.of(ONE, 4L)));

    positionFailure = null;
    assertThat(consumer.position(ONE)).isEqualTo(10);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("partition images-1 no longer has offset 4, and where the consumer continues");
  }

  /** Kafka Streams would end the thread. */
  @Test
  void positionOfAPartition_isKnown_althoughAnotherPartitionHasNone() {
    LostRecords lost = new LostRecords("earliest", consumer, consumer::seek, warnings::add);
    Deque<KafkaException> failures =
        new ArrayDeque<>(
            List.of(
                new NoOffsetForPartitionException(Set.of(TWO)),
                new LogTruncationException(
                    Map.of(ONE, 50L), Map.of(ONE, new OffsetAndMetadata(45)))));

    long position =
        lost.position(
            () -> {
              if (!failures.isEmpty()) {
                throw failures.poll();
              }
              return consumer.position(ONE);
            });

    assertThat(position).isEqualTo(45);
    assertThat(consumer.position(TWO)).isEqualTo(20);
    assertThat(warnings).singleElement().asString().contains("continues at 45");
  }

  @Test
  void otherFailureOfAPosition_isPassedOn() {
    LostRecords lost = new LostRecords("earliest", consumer, consumer::seek, warnings::add);

    assertThatThrownBy(
            () ->
                lost.position(
                    () -> {
                      throw new TimeoutException("slow");
                    }))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void resetToTheEnd_losesMore_andIsTold() {
    poll("latest", new OffsetOutOfRangeException(Map.of(ONE, 4L)));

    assertThat(consumer.position(ONE)).isEqualTo(100);
    assertThat(warnings).singleElement().asString().contains("has lost 96 records");
  }

  @Test
  void offsetBeyondTheEnd_isNoLostRecord() {
    poll("earliest", new OffsetOutOfRangeException(Map.of(TWO, 300L)));

    assertThat(consumer.position(TWO)).isEqualTo(20);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("partition images-2 no longer has offset 300: the consumer continues at 20;");
  }

  /** A seek to a truncation keeps the records before it. */
  @Test
  void truncatedLog_isSoughtInItsOwnWay() {
    Map<TopicPartition, OffsetAndMetadata> truncated = Map.of(TWO, new OffsetAndMetadata(55));
    Map<TopicPartition, OffsetAndMetadata> sought = new HashMap<>();
    consumer.setPollException(new LogTruncationException(Map.of(TWO, 60L), truncated));

    var unused =
        new LostRecords("earliest", consumer, sought::put, warnings::add)
            .around(consumer::poll)
            .apply(Duration.ZERO);

    assertThat(sought).isEqualTo(truncated);
    assertThat(consumer.position(TWO)).isEqualTo(25);
  }

  @Test
  void truncatedLog_isReadFromWhereItDiffers() {
    poll(
        "earliest",
        new LogTruncationException(
            Map.of(ONE, 50L, TWO, 60L), Map.of(TWO, new OffsetAndMetadata(55))));

    assertThat(consumer.position(ONE)).isEqualTo(10);
    assertThat(consumer.position(TWO)).isEqualTo(55);
    assertThat(warnings).hasSize(2);
  }

  @Test
  void truncatedLog_leavesTheOtherPartitionsWhereTheyAre() {
    poll(
        "earliest",
        new LogTruncationException(Map.of(TWO, 60L), Map.of(TWO, new OffsetAndMetadata(55))));

    assertThat(consumer.position(ONE)).isEqualTo(4);
    assertThat(consumer.position(TWO)).isEqualTo(55);
  }

  @Test
  void partitionWithoutAnOffset_beginsWhereItShould_andIsNothingToTell() {
    poll("earliest", new NoOffsetForPartitionException(Set.of(ONE)));
    assertThat(consumer.position(ONE)).isEqualTo(10);

    poll("latest", new NoOffsetForPartitionException(Set.of(TWO)));
    assertThat(consumer.position(TWO)).isEqualTo(200);
    assertThat(warnings).isEmpty();
  }

  @Test
  void configuration_losesItsReset_ifThisCanDoIt() {
    Map<String, Object> earliest = Map.of("auto.offset.reset", "earliest", "group.id", "g");
    assertThat(LostRecords.reset(earliest)).contains("earliest");
    assertThat(LostRecords.withoutReset(earliest))
        .isEqualTo(Map.of("auto.offset.reset", "none", "group.id", "g"));

    assertThat(LostRecords.reset(Map.of("auto.offset.reset", "by_duration:PT1H"))).isEmpty();
    assertThat(LostRecords.reset(Map.of("auto.offset.reset", "none"))).isEmpty();
    assertThat(LostRecords.reset(Map.of())).isEmpty();
  }
}
