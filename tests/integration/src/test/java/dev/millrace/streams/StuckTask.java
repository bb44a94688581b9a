package dev.millrace.streams;

import static org.awaitility.Awaitility.await;

import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.internals.RecordForwarder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Gives up its work instead of processing a record while a store is away, and commits often. */
class StuckTask implements FixedKeyProcessor<byte[], byte[], byte[]> {

  /** The first record of each partition that cannot be processed while the store is away. */
  static final long STUCK = 10;

  private static final Duration HOLD = Duration.ofMillis(200);

  /** What the tasks of a test did, and whether the store is away. */
  static final class Progress {

    /** The processed records, as partition and offset. */
    final Set<String> processed = ConcurrentHashMap.newKeySet();

    /** The first offset at which each partition was given up. */
    final Map<Integer, Long> givenUp = new ConcurrentHashMap<>();

    volatile boolean away = true;

    void awaitGivenUp() {
      await().atMost(GivenUpTasks.PATIENCE).until(() -> givenUp.size() == GivenUpTasks.PARTITIONS);
    }

    /** Waits until every record was processed, although the store was away for a while. */
    void awaitProcessed(Duration away) {
      await().atMost(GivenUpTasks.PATIENCE).until(() -> !givenUp.isEmpty());
      await().pollDelay(away).atMost(GivenUpTasks.PATIENCE).until(() -> true);
      this.away = false;
      int records = GivenUpTasks.PARTITIONS * GivenUpTasks.RECORDS;
      await().atMost(GivenUpTasks.PATIENCE).until(() -> processed.size() == records);
    }
  }

  private final Progress progress;
  private FixedKeyProcessorContext<byte[], byte[]> context;
  private RecordForwarder<byte[], byte[], byte[]> records;
  private Set<TopicPartition> held = Set.of();
  private long heldUntil;

  StuckTask(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
    context(context);
    context.schedule(
        Duration.ofMillis(10), PunctuationType.WALL_CLOCK_TIME, time -> context.commit());
  }

  final void context(FixedKeyProcessorContext<byte[], byte[]> context) {
    this.context = context;
    records = new RecordForwarder<>(context);
    HeldPartitions.ofThisThread()
        .hold(held, () -> progress.away && System.nanoTime() - heldUntil < 0);
  }

  @Override
  public void process(FixedKeyRecord<byte[], byte[]> record) {
    int partition = context.taskId().partition();
    long offset = context.recordMetadata().orElseThrow().offset();
    if (progress.away && offset >= STUCK) {
      progress.givenUp.putIfAbsent(partition, offset);
      giveUp(partition, offset);
      return;
    }
    progress.processed.add(partition + "-" + offset);
  }

  void giveUp(int partition, long offset) {
    throw away();
  }

  /** For a short time, the other tasks of the thread go on. */
  final RuntimeException away() {
    held = records.inputPartitions();
    heldUntil = System.nanoTime() + HOLD.toNanos();
    return records.giveUp(
        new IllegalStateException("away"), HeldPartitions.ofThisThread().areApplied());
  }

  @Override
  public void close() {
    HeldPartitions.ofThisThread().forget(held);
    records.close();
  }
}
