package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka")
class SoughtPositionsTest {

  private static final TopicPartition ONE = new TopicPartition("images", 1);
  private static final TopicPartition TWO = new TopicPartition("more-images", 1);

  private boolean unknown;
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
          if (unknown) {
            throw new TimeoutException("unknown");
          }
          return super.position(partition, timeout);
        }
      };
  private final SoughtPositions positions = new SoughtPositions(consumer);

  @BeforeEach
  void assign() {
    consumer.assign(Set.of(ONE, TWO));
    seek(ONE, 10);
    seek(TWO, 20);
    assertThat(poll().nextOffsets()).isEqualTo(at(10, 20));
  }

  private void seek(TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
    positions.seek(Set.of(partition));
  }

  private void arrive(TopicPartition partition, long offset) {
    consumer.addRecord(
        new ConsumerRecord<>(
            partition.topic(), partition.partition(), offset, null, new byte[] {1}));
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    assertThat(positions.lookUp()).isTrue();
    return positions.addTo(consumer.poll(Duration.ZERO));
  }

  private static Map<TopicPartition, OffsetAndMetadata> at(long one, long two) {
    return Map.of(ONE, new OffsetAndMetadata(one), TWO, new OffsetAndMetadata(two));
  }

  @Test
  void positionAfterASeek_isReportedOnce() {
    seek(ONE, 5);
    arrive(TWO, 20);

    ConsumerRecords<byte[], byte[]> records = poll();

    assertThat(records.partitions()).containsExactly(TWO);
    assertThat(records.nextOffsets()).isEqualTo(at(5, 21));
    assertThat(poll().nextOffsets()).isEmpty();
  }

  @Test
  void positionOfThePoll_comesFirst() {
    seek(ONE, 5);
    arrive(ONE, 5);

    assertThat(poll().nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(6)));
  }

  /** Kafka Streams pauses the partitions of a task that does not run yet. */
  @Test
  void pausedPartition_isReportedLater() {
    seek(ONE, 5);
    consumer.pause(Set.of(ONE));
    assertThat(poll().nextOffsets()).isEmpty();

    consumer.resume(Set.of(ONE));

    assertThat(poll().nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(5)));
  }

  @Test
  void partitionThatIsPausedDuringAPoll_isReportedLater() {
    seek(ONE, 5);
    assertThat(positions.lookUp()).isTrue();
    consumer.pause(Set.of(ONE));
    assertThat(positions.addTo(ConsumerRecords.empty()).nextOffsets()).isEmpty();

    consumer.resume(Set.of(ONE));

    assertThat(poll().nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(5)));
  }

  @Test
  void seekDuringAPoll_isReportedByTheNextOne() {
    seek(ONE, 5);
    assertThat(positions.lookUp()).isTrue();
    seek(ONE, 3);
    assertThat(positions.addTo(ConsumerRecords.empty()).nextOffsets()).isEmpty();

    assertThat(poll().nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(3)));
  }

  @Test
  void lostPartition_isNotReported() {
    seek(ONE, 5);
    assertThat(positions.lookUp()).isTrue();
    consumer.assign(Set.of(TWO));
    assertThat(positions.addTo(ConsumerRecords.empty()).nextOffsets()).isEmpty();

    seek(TWO, 7);
    positions.forget(Set.of(TWO));
    assertThat(poll().nextOffsets()).isEmpty();
  }

  /** Records of another partition could otherwise lead to a commit. */
  @Test
  void untilAPositionIsKnown_theConsumerMustNotPoll() {
    seek(ONE, 5);
    unknown = true;
    assertThat(positions.lookUp()).isFalse();

    unknown = false;

    assertThat(poll().nextOffsets()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(5)));
  }
}
