package dev.millrace.streams.clients;

import dev.millrace.streams.sending.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Records to skip without reading them. When a consumer reaches one of these records, its poll
 * returns an empty record instead. The consumer then continues at the next offset. The dead letter
 * of the empty record is a stub (see {@link DeadLetter}). Each record is skipped once.
 *
 * <p>The consumer must poll one record at a time ({@code max.poll.records=1}); otherwise it reads
 * the skipped record together with the records before it. Thread-safe.
 */
public final class SkippedRecords {

  private static final byte[] SKIPPED = "{\"skipped\":true}".getBytes(StandardCharsets.US_ASCII);

  private final Map<TopicPartition, Long> pending;
  private final Clock clock;

  /**
   * @param offsets the offset to skip in each partition
   * @param clock the clock for the timestamps of the empty records
   */
  public SkippedRecords(Map<TopicPartition, Long> offsets, Clock clock) {
    this.pending = new ConcurrentHashMap<>(offsets);
    this.clock = clock;
  }

  /**
   * Polls the consumer, unless the next record has to be skipped.
   *
   * @param consumer the calling thread's consumer
   * @param poll polls the consumer
   * @param timeout the longest time to wait for records
   * @return the records, or one empty record in place of the skipped record
   */
  public ConsumerRecords<byte[], byte[]> poll(
      Consumer<byte[], byte[]> consumer,
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll,
      Duration timeout) {
    return due(consumer).map(at -> pass(consumer, at)).orElseGet(() -> poll.apply(timeout));
  }

  private Optional<TopicPartition> due(Consumer<?, ?> consumer) {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    return consumer.assignment().stream()
        .filter(pending::containsKey)
        .filter(partition -> !consumer.paused().contains(partition))
        .filter(partition -> consumer.position(partition) == pending.get(partition))
        .findFirst();
  }

  private ConsumerRecords<byte[], byte[]> pass(Consumer<?, ?> consumer, TopicPartition partition) {
    long offset = pending.remove(partition);
    consumer.seek(partition, offset + 1);
    Headers headers = new RecordHeaders();
    headers.add(DeadLetter.STUB, SKIPPED);
    ConsumerRecord<byte[], byte[]> empty =
        new ConsumerRecord<>(
            partition.topic(),
            partition.partition(),
            offset,
            clock.millis(),
            TimestampType.CREATE_TIME,
            ConsumerRecord.NULL_SIZE,
            ConsumerRecord.NULL_SIZE,
            null,
            null,
            headers,
            Optional.empty());
    return PolledRecords.of(partition, empty);
  }
}
