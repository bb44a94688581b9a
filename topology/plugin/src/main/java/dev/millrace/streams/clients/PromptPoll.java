package dev.millrace.streams.clients;

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
 * Polls a consumer, and returns as soon as the calling thread can forward an answer. While the
 * thread owes answers, this class polls for records without waiting, and waits for an answer
 * between two polls. Used by one thread at a time, like its consumer.
 */
public final class PromptPoll {

  /**
   * Longest wait for an answer between two polls. Because the consumer polls again after this wait,
   * a new record waits at the broker for at most this time.
   */
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Function<Duration, ConsumerRecords<byte[], byte[]>> consumer;
  private final Function<TopicPartition, OptionalLong> lag;
  private final Supplier<OwedAnswers> ofThisThread;
  private final LongSupplier nanoTime;

  /**
   * @param consumer polls the consumer
   * @param lag returns the number of records that the broker still has in a partition, if known
   * @param ofThisThread returns the answers that the calling thread owes (see {@link OwedAnswers})
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  public PromptPoll(
      Function<Duration, ConsumerRecords<byte[], byte[]>> consumer,
      Function<TopicPartition, OptionalLong> lag,
      Supplier<OwedAnswers> ofThisThread,
      LongSupplier nanoTime) {
    this.consumer = consumer;
    this.lag = lag;
    this.ofThisThread = ofThisThread;
    this.nanoTime = nanoTime;
  }

  /** Polls like the consumer, but returns as soon as the thread can forward an answer. */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    OwedAnswers owed = ofThisThread.get();
    owed.pace().polling();
    ConsumerRecords<byte[], byte[]> records =
        owed.any() ? pollOwing(owed, timeout) : consumer.apply(timeout);
    owed.pace().polled(records.count(), lag(records.partitions()));
    return records;
  }

  /**
   * Returns the number of records that the broker still has in these partitions. A partition whose
   * number is not known counts as 0.
   */
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
    while (PolledRecords.sayNothing(records)
        && !owed.await(GLANCE_NANOS)
        && nanoTime.getAsLong() - start < timeout.toNanos()) {
      records = consumer.apply(Duration.ZERO);
    }
    return records;
  }
}
