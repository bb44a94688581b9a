package dev.millrace.streams.clients;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Resets a consumer's offsets as {@code auto.offset.reset} says, and reports the records that the
 * reset skips. Kafka's own reset does not report skipped records, so the consumer must be
 * configured without a reset. Used by one thread at a time, like its consumer.
 */
public final class LostRecords {

  private static final String EARLIEST = "earliest";
  private static final String LATEST = "latest";
  private static final String NONE = "none";

  /** The longest wait for a position, which only a warning needs. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final boolean toEarliest;
  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
  private final BiConsumer<TopicPartition, OffsetAndMetadata> seekToTruncation;
  private final Consumer<String> warnings;

  /**
   * @param reset {@code earliest} or {@code latest}
   * @param consumer a consumer that is configured without a reset; the caller closes it
   * @param seekToTruncation seeks to the offset at which a partition's log was truncated
   * @param warnings receives one line for each partition with lost records
   */
  public LostRecords(
      String reset,
      org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
      BiConsumer<TopicPartition, OffsetAndMetadata> seekToTruncation,
      Consumer<String> warnings) {
    this.toEarliest = reset.equals(EARLIEST);
    this.consumer = consumer;
    this.seekToTruncation = seekToTruncation;
    this.warnings = warnings;
  }

  /**
   * {@return the configured {@code auto.offset.reset}; empty if it is neither {@code earliest} nor
   * {@code latest}, because this class supports only these two values}
   */
  public static Optional<String> reset(Map<String, Object> config) {
    return Optional.ofNullable(config.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG))
        .map(Object::toString)
        .filter(List.of(EARLIEST, LATEST)::contains);
  }

  /** {@return a copy of the configuration in which {@code auto.offset.reset} is {@code none}} */
  public static Map<String, Object> withoutReset(Map<String, Object> config) {
    Map<String, Object> changed = new HashMap<>(config);
    changed.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, NONE);
    return changed;
  }

  /**
   * Wraps a poll. The wrapped poll resets each partition that has no committed offset, or whose
   * offset the broker does not have.
   *
   * @param poll polls the consumer
   */
  public Function<Duration, ConsumerRecords<byte[], byte[]>> around(
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll) {
    return timeout -> poll(poll, timeout);
  }

  private ConsumerRecords<byte[], byte[]> poll(
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll, Duration timeout) {
    try {
      return poll.apply(timeout);
    } catch (InvalidOffsetException e) {
      reset(e);
      return ConsumerRecords.empty();
    }
  }

  /**
   * Asks for the position of a partition. Before, resets each partition that has no committed
   * offset, or whose offset the broker does not have. Kafka's own consumer does the same if it is
   * configured with a reset.
   *
   * @param position asks the consumer
   * @return the position
   */
  public long position(LongSupplier position) {
    while (true) {
      try {
        return position.getAsLong();
      } catch (InvalidOffsetException e) {
        reset(e);
      }
    }
  }

  private void reset(InvalidOffsetException e) {
    if (e instanceof LogTruncationException truncation) {
      Map<TopicPartition, OffsetAndMetadata> divergent = truncation.divergentOffsets();
      divergent.forEach(seekToTruncation);
      seek(e.partitions().stream().filter(partition -> !divergent.containsKey(partition)).toList());
    } else {
      seek(e.partitions());
    }
    if (e instanceof OffsetOutOfRangeException outOfRange) {
      tell(outOfRange.offsetOutOfRangePartitions());
    }
  }

  /**
   * Seeks to the beginning or the end of these partitions. If the collection is empty, this method
   * does nothing, because Kafka's consumer would then seek in all of its partitions.
   */
  private void seek(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    if (toEarliest) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
  }

  private void tell(Map<TopicPartition, Long> offsets) {
    offsets.forEach(
        (partition, before) -> {
          OptionalLong position = position(partition);
          if (position.isEmpty()) {
            warnings.accept(
                "partition "
                    + partition
                    + " no longer has offset "
                    + before
                    + ", and where the consumer continues is not known yet; if records that were not"
                    + " read are lost, raise the topic's retention.ms");
            return;
          }
          long now = position.getAsLong();
          warnings.accept(
              now > before
                  ? "partition "
                      + partition
                      + " has lost "
                      + (now - before)
                      + " records that were not read: the consumer was at offset "
                      + before
                      + " and continues at "
                      + now
                      + "; to keep records longer, raise the topic's retention.ms"
                  : "partition "
                      + partition
                      + " no longer has offset "
                      + before
                      + ": the consumer continues at "
                      + now
                      + "; the topic was created again, or has lost records that were read");
        });
  }

  /**
   * Returns the position of a partition. Does not wait long, and does not throw the failures of
   * other partitions, which the next poll throws.
   */
  private OptionalLong position(TopicPartition partition) {
    try {
      return OptionalLong.of(consumer.position(partition, PATIENCE));
    } catch (TimeoutException | InvalidOffsetException e) {
      return OptionalLong.empty();
    }
  }
}
