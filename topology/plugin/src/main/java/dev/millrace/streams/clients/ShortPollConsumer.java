package dev.millrace.streams.clients;

import dev.millrace.streams.internals.TaskRevival;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Kafka's consumer, except that a poll returns no more records than its thread can process in a
 * short time (see {@link ShortPolls}). It commits no offset beyond the records that it has
 * returned, and it seeks to the committed offsets when a task starts (see {@link ReturnedRecords}).
 */
public class ShortPollConsumer extends NotedConsumer {

  private final ShortPolls polls;
  private final int maxPollRecords;
  private final MetadataWait metadataWait = new MetadataWait(System::nanoTime);
  private boolean byPattern;

  /**
   * Creates a consumer.
   *
   * @param config Kafka's configuration
   * @param most returns the largest number of records that a poll should return, at least 1
   */
  @SuppressWarnings("this-escape") // ShortPolls only keeps the consumer for later polls
  protected ShortPollConsumer(Map<String, Object> config, IntSupplier most) {
    super(config);
    Object records = config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
    maxPollRecords =
        records == null
            ? ConsumerConfig.DEFAULT_MAX_POLL_RECORDS
            : Integer.parseInt(records.toString().trim());
    polls = new ShortPolls(this, maxPollRecords, most, System::nanoTime);
  }

  /** {@return the value of {@code max.poll.records}} */
  protected final int maxPollRecords() {
    return maxPollRecords;
  }

  @Override
  public final ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    TaskRevival.tasksAreClosed();
    try {
      ConsumerRecords<byte[], byte[]> polled = returned.poll(() -> shortPoll(timeout));
      TaskRevival.tasksAreClosed();
      return polled;
    } catch (KafkaException e) {
      throw RebalanceGuard.unwrapped(e);
    }
  }

  /** Polls. A subclass may change what a poll returns. */
  protected ConsumerRecords<byte[], byte[]> shortPoll(Duration timeout) {
    return polls.poll(this::pollKafka, timeout);
  }

  private ConsumerRecords<byte[], byte[]> pollKafka(Duration timeout) {
    return super.poll(byPattern ? metadataWait.of(timeout) : timeout);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    polls.leavePaused(partitions);
    super.pause(partitions);
  }

  @Override
  public long position(TopicPartition partition) {
    return position(partition, () -> super.position(partition));
  }

  @Override
  public long position(TopicPartition partition, Duration timeout) {
    return position(partition, () -> super.position(partition, timeout));
  }

  private long position(TopicPartition partition, LongSupplier kafkas) {
    OptionalLong kept = polls.position(partition);
    return kept.isPresent() ? kept.getAsLong() : returned.during(() -> validPosition(kafkas));
  }

  /** Asks Kafka's consumer for a position. A subclass may reset invalid offsets. */
  protected long validPosition(LongSupplier kafkas) {
    return kafkas.getAsLong();
  }

  /** Returns the offset from which the consumer reads next, behind the kept records. */
  protected final long readPosition(TopicPartition partition) {
    return super.position(partition);
  }

  @Override
  public OptionalLong currentLag(TopicPartition partition) {
    OptionalLong lag = super.currentLag(partition);
    return lag.isPresent() ? OptionalLong.of(lag.getAsLong() + polls.count(partition)) : lag;
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    seek(Set.of(partition), all -> super.seek(partition, offset));
  }

  @Override
  public void seek(TopicPartition partition, OffsetAndMetadata offset) {
    seek(Set.of(partition), all -> super.seek(partition, offset));
  }

  /**
   * Seeks to the offset at which a partition's log was truncated. The kept records before this
   * offset still exist, and the next polls return them.
   */
  protected final void seekToTruncation(TopicPartition partition, OffsetAndMetadata offset) {
    polls.truncate(partition, offset);
    super.seek(partition, offset);
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    seek(partitions, super::seekToBeginning);
  }

  @Override
  public void seekToEnd(Collection<TopicPartition> partitions) {
    seek(partitions, super::seekToEnd);
  }

  /**
   * Seeks in partitions, but reads records again that a task has given up. During a call of this
   * consumer, the consumer itself seeks, for example past lost records. The kept records are before
   * this position, and the next polls return them.
   */
  private void seek(
      Collection<TopicPartition> partitions, Consumer<Collection<TopicPartition>> kafkas) {
    Set<TopicPartition> others = new HashSet<>(partitions.isEmpty() ? assignment() : partitions);
    Map<TopicPartition, Long> restarts = returned.restarts(others);
    if (!returned.isCalling()) {
      polls.forget(others);
    }
    returned.seek(others);
    restarts.forEach(super::seek);
    others.removeAll(restarts.keySet());
    if (!others.isEmpty()) {
      kafkas.accept(others);
    }
  }

  private void forget(Collection<TopicPartition> partitions) {
    polls.forget(partitions);
    polls.leavePaused(partitions);
    returned.forget(partitions);
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    commit(offsets, super::commitSync);
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    commit(offsets, committable -> super.commitSync(committable, timeout));
  }

  private void commit(
      Map<TopicPartition, OffsetAndMetadata> offsets,
      Consumer<Map<TopicPartition, OffsetAndMetadata>> kafkas) {
    returned.requireResults(offsets.keySet());
    Map<TopicPartition, OffsetAndMetadata> committable = committable(offsets);
    returned.during(
        () -> {
          kafkas.accept(committable);
          return null;
        });
    hasCommitted(committable);
  }

  /** Called after these offsets were committed. A subclass may note them. */
  protected void hasCommitted(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    super.commitAsync(committable(offsets), callback);
  }

  /** Returns those offsets that are not beyond the records that this consumer has returned. */
  private Map<TopicPartition, OffsetAndMetadata> committable(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    return returned.committable(offsets);
  }

  /**
   * Returns those offsets that the transaction of this consumer's thread may commit.
   *
   * @throws CommitFailedException if a task goes on although its results were aborted
   */
  final Map<TopicPartition, OffsetAndMetadata> committableInTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    returned.requireResults(offsets.keySet());
    return committable(offsets);
  }

  /** To be called when the transaction of this consumer's thread was aborted. */
  final void transactionAborted() {
    returned.abort();
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    return committed(partitions, () -> super.committed(partitions));
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    return committed(partitions, () -> super.committed(partitions, timeout));
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Supplier<Map<TopicPartition, OffsetAndMetadata>> kafkas) {
    Map<TopicPartition, OffsetAndMetadata> committed = returned.during(kafkas);
    returned.rewinds(partitions, committed, this::knownPosition).forEach(this::seek);
    return committed;
  }

  /** Returns the position of a partition. Does not wait for the broker. */
  private OptionalLong knownPosition(TopicPartition partition) {
    OptionalLong kept = polls.position(partition);
    if (kept.isPresent() || !assignment().contains(partition)) {
      return kept;
    }
    try {
      return OptionalLong.of(returned.during(() -> super.position(partition, Duration.ZERO)));
    } catch (TimeoutException | InvalidOffsetException e) {
      return OptionalLong.empty(); // the task has just got the partition
    }
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    byPattern = false;
    super.subscribe(topics, new RebalanceGuard(listener, this::forget));
  }

  @Override
  public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
    byPattern = true;
    super.subscribe(pattern, new RebalanceGuard(listener, this::forget));
  }
}
