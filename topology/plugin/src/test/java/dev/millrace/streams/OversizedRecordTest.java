package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OversizedRecordTest {

  private static final TopicPartition IMAGES = new TopicPartition("images", 3);
  private static final int MOST = 5;
  private static final long OVERSIZED = 18;

  /** A consumer for which one record is too large. */
  private static final class Search extends MockConsumer<byte[], byte[]> {

    Search(Map<String, Object> config) {
      super("none");
      setMaxPollRecords((int) config.get("max.poll.records"));
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (position(IMAGES) == OVERSIZED) {
        throw new OutOfMemoryError("the record");
      }
      addRecord(
          new ConsumerRecord<>(
              IMAGES.topic(), IMAGES.partition(), position(IMAGES), null, new byte[1]));
      return super.poll(timeout);
    }
  }

  private static OutOfMemoryError find(long position) {
    return OversizedRecord.find(
        Map.of("group.id", "of the failed consumer"),
        () -> Set.of(IMAGES),
        partition -> position,
        MOST,
        new OutOfMemoryError("the poll"),
        Search::new);
  }

  @Test
  void recordThatDoesNotFit_isNamed() {
    for (long position : List.of(OVERSIZED, OVERSIZED - MOST + 1)) {
      assertThat(find(position)).hasMessageContaining("images-3").hasMessageContaining("18");
    }
  }

  /** A poll returns at most so many records, so this record did not fail the poll. */
  @Test
  void recordThatTheFailedPollDidNotReach_isNotBlamed() {
    assertThat(find(OVERSIZED - MOST)).hasMessage("the poll").hasNoSuppressedExceptions();
  }
}
