package dev.millrace.streams.clients;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers which records a consumer's polls have returned, so that Kafka Streams skips no record
 * after a task has given up its work. A consumer uses this class for four guards:
 *
 * <ul>
 *   <li>No commit goes beyond the records that were returned. From version 4.0 on, a task keeps the
 *       positions that polls have reported when it gives up its work and the consumer seeks back to
 *       the committed offsets ({@code StreamTask.nextOffsetsAndMetadataToBeConsumed}). If the task
 *       commits before it has read its partitions again, for example because of a punctuation, it
 *       would commit the positions before the seek.
 *   <li>A task that starts reads on from its committed offsets. Kafka Streams itself seeks back to
 *       them when it revives a task. But if the group rebalances before the revived task runs,
 *       Kafka Streams replaces the task by a new one, and does not seek ({@code
 *       TaskManager.handleTasksPendingInitialization}).
 *   <li>A task without a committed offset reads on from its first record, or from the consumer's
 *       position if no poll has returned a record. Kafka Streams itself applies {@code
 *       auto.offset.reset} when it revives the task. With {@code latest}, it would skip the records
 *       that the task has given up or not read yet.
 *   <li>No commit includes the offsets of a task that goes on although its results were aborted.
 *       All tasks of a thread share a transaction. While the group rebalances, Kafka Streams aborts
 *       it to revive one task, and does not commit the others before ({@code
 *       TaskManager.handleCorruption}).
 * </ul>
 *
 * <p>Confined to the consumer's thread.
 */
final class ReturnedRecords {

  private static final Logger log = LoggerFactory.getLogger(ReturnedRecords.class);

  /**
   * The offset of the first record that was returned since a partition was assigned; or the
   * consumer's position when a task started before any record was returned.
   */
  private final Map<TopicPartition, Long> firsts = new HashMap<>();

  /**
   * The position behind the last record that was returned since Kafka Streams sought in a
   * partition.
   */
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  /** The partitions whose task has just started without a committed offset. */
  private final Set<TopicPartition> restarted = new HashSet<>();

  /**
   * The partitions that have returned records, and whose task has not started again since the
   * results of the thread were aborted.
   */
  private final Set<TopicPartition> aborted = new HashSet<>();

  private boolean calling;

  /**
   * Calls the consumer. During this call, the consumer may take part in a rebalance, and call Kafka
   * Streams.
   */
  <T> T during(Supplier<T> call) {
    boolean outer = calling;
    calling = true;
    try {
      return call.get();
    } finally {
      calling = outer;
    }
  }

  /** {@return whether the consumer is being called, so that the consumer itself seeks} */
  boolean isCalling() {
    return calling;
  }

  /** Polls, and remembers the records and the positions that the poll returns. */
  ConsumerRecords<byte[], byte[]> poll(Supplier<ConsumerRecords<byte[], byte[]>> poll) {
    restarted.clear();
    ConsumerRecords<byte[], byte[]> polled = during(poll);
    for (TopicPartition partition : polled.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
      add(partition, records.get(0).offset(), records.get(records.size() - 1).offset() + 1);
    }
    PolledRecords.positions(polled)
        .forEach((partition, position) -> add(partition, position.offset(), position.offset()));
    return polled;
  }

  private void add(TopicPartition partition, long first, long end) {
    firsts.putIfAbsent(partition, first);
    ends.put(partition, end);
  }

  /**
   * To be called when the consumer seeks in partitions. During a call of the consumer, the consumer
   * itself seeks, for example past lost records. The running tasks then go on, and may commit the
   * records that were returned before.
   */
  void seek(Collection<TopicPartition> partitions) {
    if (!calling) {
      ends.keySet().removeAll(partitions);
      aborted.removeAll(partitions);
    }
  }

  /** To be called when the consumer has lost partitions. */
  void forget(Collection<TopicPartition> partitions) {
    ends.keySet().removeAll(partitions);
    firsts.keySet().removeAll(partitions);
    aborted.removeAll(partitions);
  }

  /** To be called when the transaction of the consumer's thread was aborted. */
  void abort() {
    aborted.addAll(ends.keySet());
  }

  /**
   * To be called before the offsets of partitions are committed.
   *
   * @throws CommitFailedException if results of these records were aborted. Kafka Streams then
   *     closes all tasks of the thread and joins the group again
   */
  void requireResults(Collection<TopicPartition> partitions) {
    if (!Collections.disjoint(partitions, aborted)) {
      throw new CommitFailedException("results of these partitions were aborted: " + partitions);
    }
  }

  /**
   * {@return the offsets that may be committed} Before Kafka 4.0, polls report no positions, and a
   * task commits the consumer's own position. So all offsets may be committed.
   */
  Map<TopicPartition, OffsetAndMetadata> committable(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (!PolledRecords.havePositions()) {
      return offsets;
    }
    Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>(offsets);
    committable
        .entrySet()
        .removeIf(
            entry -> {
              Long end = ends.get(entry.getKey());
              return end == null || entry.getValue().offset() > end;
            });
    if (committable.size() < offsets.size()) {
      log.debug("commits {} of {}, because no poll has returned the others", committable, offsets);
    }
    return committable;
  }

  /**
   * {@return the offsets to which the consumer must seek} To be called when Kafka Streams has asked
   * for the committed offsets of these partitions. Outside of other calls of the consumer, it asks
   * for them only when the partitions' task starts. Records that were returned before belonged to
   * an earlier task. During another call, for example a poll, the leader of the group asks for the
   * offsets of running tasks while it assigns tasks. The consumer must not seek in them.
   *
   * @param partitions the input partitions of the task
   * @param committed the committed offsets; without partitions that have none, or with null
   * @param position returns the consumer's position in a partition, if the consumer has one
   */
  Map<TopicPartition, OffsetAndMetadata> rewinds(
      Set<TopicPartition> partitions,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Function<TopicPartition, OptionalLong> position) {
    Map<TopicPartition, OffsetAndMetadata> rewinds = new HashMap<>();
    if (calling) {
      return rewinds;
    }
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata start = committed.get(partition);
      Long end = ends.get(partition);
      restarted.remove(partition);
      aborted.remove(partition);
      if (start == null && !firsts.containsKey(partition)) {
        position.apply(partition).ifPresent(unread -> firsts.put(partition, unread));
      }
      if (start == null && firsts.containsKey(partition)) {
        restarted.add(partition);
        rewinds.put(partition, new OffsetAndMetadata(firsts.get(partition)));
      } else if (start != null && end != null && start.offset() != end) {
        rewinds.put(partition, start);
      }
    }
    return rewinds;
  }

  /**
   * {@return the first offsets of those partitions whose task has just started without a committed
   * offset} If Kafka Streams seeks in these partitions, the consumer must seek to these offsets
   * instead.
   */
  Map<TopicPartition, Long> restarts(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .filter(partition -> !calling && restarted.contains(partition))
        .collect(Collectors.toMap(Function.identity(), firsts::get));
  }
}
