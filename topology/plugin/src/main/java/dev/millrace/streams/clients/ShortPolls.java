package dev.millrace.streams.clients;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Divides the records of a poll, so that a thread with a slow model polls several times a second.
 * Only a poll takes part in a rebalance, in several steps. For example, a thread may classify 50
 * images of 50 ms each between two polls. The whole group would then wait for this thread for 2.5 s
 * in each step.
 *
 * <p>A poll returns as many records as the thread can process in a short time. The other records
 * are kept for the next polls.
 *
 * <p>The partitions take turns. Kafka's consumer returns all records that it has fetched of one
 * partition, up to 1 MiB, before it returns records of the next partition. If the records are small
 * and the model is slow, the other partitions would stand still for minutes. So this class pauses a
 * partition during a poll if many of its records are kept, or if the consumer's previous poll
 * returned records of the partition and may have left others behind. The consumer then returns
 * records of the other partitions. If these have no records and no records are kept, a second poll
 * reads all partitions.
 *
 * <p>A partition with few kept records is not paused. A consumer sends only one fetch at a time to
 * a broker. The broker holds a fetch of partitions without records for 0.5 s ({@code
 * fetch.max.wait.ms}). If the partition was paused then, its next records would be fetched only
 * after this time, and the thread would run out of records. For the same reason, if a partition was
 * paused after a full poll and the others had no records, no partition is paused after a full poll
 * for the next five seconds.
 *
 * <p>Kafka Streams must not count a kept record as read. So the position of a partition is the
 * offset of its first kept record. Records are forgotten if their partition is revoked, or the
 * consumer seeks in it. Confined to the consumer's thread.
 */
final class ShortPolls {

  /**
   * The records of a partition that the consumer has read, but not returned.
   *
   * @param records at least one record
   * @param end the position behind the last record
   */
  private record Kept(List<ConsumerRecord<byte[], byte[]>> records, OffsetAndMetadata end) {

    Kept followedBy(Kept later) {
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records);
      all.addAll(later.records);
      return new Kept(all, later.end);
    }

    /** Returns the records before an offset; null if there are none. */
    Kept before(OffsetAndMetadata offset) {
      List<ConsumerRecord<byte[], byte[]>> first =
          records.stream().filter(record -> record.offset() < offset.offset()).toList();
      return first.isEmpty() ? null : new Kept(first, offset);
    }
  }

  private static final String NO_METADATA = "";

  /**
   * A partition is paused if it has kept records for this many polls. One poll returns records for
   * 0.2 s, so these records last longer than a broker holds a fetch.
   */
  private static final int MANY_POLLS = 3;

  /** Ten times as long as a broker holds a fetch of partitions without records. */
  private static final long IN_VAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Consumer<byte[], byte[]> consumer;
  private final int full;
  private final IntSupplier most;
  private final LongSupplier nanoTime;

  private final Map<TopicPartition, Kept> kept = new LinkedHashMap<>();

  /** The partitions of the records that the consumer's last poll returned, if the poll was full. */
  private Set<TopicPartition> last = Set.of();

  /** The partitions that are paused during a poll, so that the consumer reads the others. */
  private final Set<TopicPartition> resting = new HashSet<>();

  /** When the partitions of a full poll were last paused in vain; null if that is long ago. */
  private Long inVain;

  /**
   * @param consumer the consumer that is polled; this class itself only reads its assignment, and
   *     pauses and resumes its partitions
   * @param full the largest number of records that the consumer returns ({@code max.poll.records}).
   *     If a poll returns fewer records, the consumer has no other records in memory
   * @param most returns the largest number of records that a poll should return, at least 1
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  ShortPolls(Consumer<byte[], byte[]> consumer, int full, IntSupplier most, LongSupplier nanoTime) {
    this.consumer = consumer;
    this.full = full;
    this.most = most;
    this.nanoTime = nanoTime;
  }

  /**
   * Polls, and returns the next records.
   *
   * @param poll polls the consumer
   * @param timeout the longest time to wait for records
   */
  ConsumerRecords<byte[], byte[]> poll(
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll, Duration timeout) {
    int count = most.getAsInt();
    ConsumerRecords<byte[], byte[]> read = read(poll, timeout, count);
    last = read.count() < full ? Set.of() : Set.copyOf(read.partitions());
    return kept.isEmpty() && read.count() <= count ? read : divided(read, count);
  }

  /**
   * Polls once or twice. If there are kept records to return, the poll does not wait.
   *
   * @param count the largest number of records that this poll should return
   */
  private ConsumerRecords<byte[], byte[]> read(
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll, Duration timeout, int count) {
    Set<TopicPartition> running = new HashSet<>(consumer.assignment());
    running.removeAll(consumer.paused());
    Set<TopicPartition> ready = new HashSet<>(kept.keySet());
    ready.retainAll(running);
    Set<TopicPartition> rest = restAfterAFullPoll();
    kept.forEach(
        (partition, records) -> {
          if (records.records().size() >= MANY_POLLS * count) {
            rest.add(partition);
          }
        });
    rest.retainAll(running);
    try {
      if (ready.isEmpty() && (rest.isEmpty() || rest.equals(running))) {
        return poll.apply(timeout);
      }
      ConsumerRecords<byte[], byte[]> others = pollOthers(poll, rest);
      if (!PolledRecords.sayNothing(others)) {
        return others;
      }
      if (!Collections.disjoint(rest, last) && !rest.equals(running)) {
        inVain = nanoTime.getAsLong();
      }
      return ready.isEmpty() ? poll.apply(timeout) : others;
    } catch (OffsetOutOfRangeException e) {
      Set<TopicPartition> withoutKept = new HashSet<>(e.partitions());
      withoutKept.removeAll(kept.keySet());
      if (!withoutKept.isEmpty()) {
        throw withoutKept.size() == e.partitions().size() ? e : only(withoutKept, e);
      }
      // The offset behind the kept records does not exist any more, but the kept records do. The
      // consumer fails again after the last one.
      return ConsumerRecords.empty();
    }
  }

  private static OffsetOutOfRangeException only(
      Set<TopicPartition> partitions, OffsetOutOfRangeException all) {
    Map<TopicPartition, Long> offsets = new HashMap<>(all.offsetOutOfRangePartitions());
    offsets.keySet().retainAll(partitions);
    if (!(all instanceof LogTruncationException truncation)) {
      return new OffsetOutOfRangeException(offsets);
    }
    Map<TopicPartition, OffsetAndMetadata> divergent = new HashMap<>(truncation.divergentOffsets());
    divergent.keySet().retainAll(partitions);
    return new LogTruncationException(offsets, divergent);
  }

  private Set<TopicPartition> restAfterAFullPoll() {
    if (inVain != null && nanoTime.getAsLong() - inVain < IN_VAIN_NANOS) {
      return new HashSet<>();
    }
    inVain = null;
    return new HashSet<>(last);
  }

  /**
   * Polls without waiting, while some partitions are paused.
   *
   * @param rest the partitions to pause, which are not paused yet
   */
  private ConsumerRecords<byte[], byte[]> pollOthers(
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll, Set<TopicPartition> rest) {
    consumer.pause(List.copyOf(rest));
    resting.addAll(rest);
    try {
      return poll.apply(Duration.ZERO);
    } finally {
      resting.retainAll(consumer.assignment());
      consumer.resume(List.copyOf(resting));
      resting.clear();
    }
  }

  /**
   * Adds the records that were read to the kept records. Then returns at most {@code count} of the
   * kept records. Each partition contributes an equal share, beginning with its oldest kept record.
   */
  private ConsumerRecords<byte[], byte[]> divided(ConsumerRecords<byte[], byte[]> read, int count) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>(PolledRecords.positions(read));
    for (TopicPartition partition : read.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> records = read.records(partition);
      OffsetAndMetadata end = positions.remove(partition);
      kept.merge(
          partition, new Kept(records, end == null ? behind(records) : end), Kept::followedBy);
    }
    // The consumer also reports a position if it has passed only markers of transactions. This
    // position is behind the kept records, so it must not be committed before they are returned.
    kept.replaceAll(
        (partition, records) -> {
          OffsetAndMetadata end = positions.remove(partition);
          return end == null || end.offset() == records.end().offset()
              ? records
              : new Kept(records.records(), end);
        });
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> first = new LinkedHashMap<>();
    List<TopicPartition> ready = new ArrayList<>(kept.keySet());
    ready.removeAll(consumer.paused());
    int left = count;
    for (int i = 0; i < ready.size() && left > 0; i++) {
      int others = ready.size() - i - 1;
      int share = (left + others) / (others + 1);
      first.put(ready.get(i), take(ready.get(i), share, positions));
      left -= first.get(ready.get(i)).size();
    }
    return PolledRecords.of(first, positions);
  }

  /**
   * Removes the first records of a partition. If other records of the partition remain, the
   * partition moves to the end of the queue.
   *
   * @param positions receives the position behind these records
   */
  private List<ConsumerRecord<byte[], byte[]>> take(
      TopicPartition partition, int most, Map<TopicPartition, OffsetAndMetadata> positions) {
    Kept all = kept.remove(partition);
    int count = Math.min(most, all.records().size());
    List<ConsumerRecord<byte[], byte[]>> first = all.records().subList(0, count);
    if (count == all.records().size()) {
      positions.put(partition, all.end());
    } else {
      List<ConsumerRecord<byte[], byte[]>> others =
          all.records().subList(count, all.records().size());
      positions.put(
          partition,
          new OffsetAndMetadata(
              others.get(0).offset(), first.get(count - 1).leaderEpoch(), NO_METADATA));
      kept.put(partition, new Kept(List.copyOf(others), all.end()));
    }
    return first;
  }

  private static OffsetAndMetadata behind(List<ConsumerRecord<byte[], byte[]>> records) {
    ConsumerRecord<byte[], byte[]> last = records.get(records.size() - 1);
    return new OffsetAndMetadata(last.offset() + 1, last.leaderEpoch(), NO_METADATA);
  }

  /** Returns the offset of a partition's first kept record, if there is one. */
  OptionalLong position(TopicPartition partition) {
    Kept records = kept.get(partition);
    return records == null
        ? OptionalLong.empty()
        : OptionalLong.of(records.records().get(0).offset());
  }

  /** Returns the number of a partition's kept records. */
  int count(TopicPartition partition) {
    Kept records = kept.get(partition);
    return records == null ? 0 : records.records().size();
  }

  /**
   * Leaves partitions paused after the poll. To be called when the caller of the consumer pauses
   * these partitions, because Kafka Streams does so in a rebalance, which is part of a poll. Also
   * to be called when the consumer has lost these partitions.
   */
  void leavePaused(Collection<TopicPartition> partitions) {
    resting.removeAll(partitions);
  }

  /**
   * Forgets the records of a partition from an offset on. To be called when the consumer seeks to
   * this offset because the partition's log was truncated there. The records before it still exist.
   */
  void truncate(TopicPartition partition, OffsetAndMetadata end) {
    kept.computeIfPresent(partition, (key, all) -> all.before(end));
  }

  /**
   * Forgets the records of partitions. To be called when the caller of the consumer seeks in these
   * partitions, or when the consumer has lost them, which may happen during a poll. Resting
   * partitions are resumed nevertheless.
   */
  void forget(Collection<TopicPartition> partitions) {
    kept.keySet().removeAll(partitions);
  }
}
