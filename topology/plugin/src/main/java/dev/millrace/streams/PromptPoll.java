package dev.millrace.streams;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Polls a consumer, and does not sleep on answers that the calling thread owes: as long as there
 * are any, it looks for records without waiting, and waits for an answer in between. Used by one
 * thread at a time, as its consumer is.
 */
final class PromptPoll {

  /** How long a record may lie at the broker while this waits for an answer. */
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Function<Duration, ConsumerRecords<byte[], byte[]>> consumer;
  private final Function<TopicPartition, OptionalLong> lag;
  private final Supplier<OwedAnswers> ofThisThread;
  private final LongSupplier nanoTime;

  /**
   * @param consumer the consumer's own poll
   * @param lag records that the broker has left of a partition, if the consumer knows
   * @param ofThisThread what the calling thread owes
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  PromptPoll(
      Function<Duration, ConsumerRecords<byte[], byte[]>> consumer,
      Function<TopicPartition, OptionalLong> lag,
      Supplier<OwedAnswers> ofThisThread,
      LongSupplier nanoTime) {
    this.consumer = consumer;
    this.lag = lag;
    this.ofThisThread = ofThisThread;
    this.nanoTime = nanoTime;
  }

  /** As the consumer's poll, but returns as soon as the thread can forward an answer. */
  ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    OwedAnswers owed = ofThisThread.get();
    owed.pace().polling();
    ConsumerRecords<byte[], byte[]> records =
        owed.any() ? pollOwing(owed, timeout) : consumer.apply(timeout);
    owed.pace().polled(records.count(), lag(records.partitions()));
    return records;
  }

  /** Records that the broker has left of these partitions, as far as it has said. */
  private long lag(Set<TopicPartition> partitions) {
    long sum = 0;
    for (TopicPartition partition : partitions) {
      sum += lag.apply(partition).orElse(0);
    }
    return sum;
  }

  private ConsumerRecords<byte[], byte[]> pollOwing(OwedAnswers owed, Duration timeout) {
    long start = nanoTime.getAsLong();
    long more = Math.min(owed.pace().nanosForMore(), timeout.toNanos());
    ConsumerRecords<byte[], byte[]> records = consumer.apply(Duration.ofNanos(more));
    while (saysNothing(records)
        && !owed.await(GLANCE_NANOS)
        && nanoTime.getAsLong() - start < timeout.toNanos()) {
      records = consumer.apply(Duration.ZERO);
    }
    return records;
  }

  /** True if it holds neither records nor positions that moved without any. */
  private static boolean saysNothing(ConsumerRecords<byte[], byte[]> records) {
    return records.isEmpty() && records.nextOffsets().isEmpty();
  }
}
