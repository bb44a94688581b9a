package dev.millrace.streams.clients;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that a stream thread does not read at the moment, because the image of their next
 * record cannot be fetched. Meanwhile, the thread's other tasks continue. Before each poll, the
 * thread's consumer pauses these partitions.
 *
 * <p>A task holds its partitions only while its processor is open. While Kafka Streams revives the
 * task, Kafka Streams itself pauses and resumes the partitions. Confined to its thread.
 */
public final class HeldPartitions {

  private static final ThreadLocal<HeldPartitions> OF_THREAD =
      ThreadLocal.withInitial(HeldPartitions::new);

  /**
   * The held partitions, each with a function that returns whether the partition must stay paused.
   */
  private final Map<TopicPartition, BooleanSupplier> held = new HashMap<>();

  private boolean applied;

  /** {@return the held partitions of the calling thread} */
  public static HeldPartitions ofThisThread() {
    return OF_THREAD.get();
  }

  /**
   * {@return whether the thread's consumer pauses the held partitions} It then also guards the
   * offsets of revived tasks (see {@link ReturnedRecords}).
   */
  public boolean areApplied() {
    return applied;
  }

  /**
   * Holds partitions until {@code isAway} returns false. {@link #applyTo} calls {@code isAway}
   * before each poll.
   *
   * @param partitions the input partitions of a task
   */
  public void hold(Set<TopicPartition> partitions, BooleanSupplier isAway) {
    partitions.forEach(partition -> held.put(partition, isAway));
  }

  /**
   * Stops holding partitions, without resuming them. Call this method before Kafka Streams resumes
   * or revokes the partitions.
   */
  public void forget(Set<TopicPartition> partitions) {
    held.keySet().removeAll(partitions);
  }

  /** Pauses the partitions that are held, and resumes those that are held no longer. */
  public void applyTo(Consumer<?, ?> consumer) {
    applied = true;
    if (held.isEmpty()) {
      return;
    }
    held.keySet().retainAll(consumer.assignment());
    Set<TopicPartition> released = new HashSet<>();
    held.forEach(
        (partition, isAway) -> {
          if (!isAway.getAsBoolean()) {
            released.add(partition);
          }
        });
    held.keySet().removeAll(released);
    consumer.pause(List.copyOf(held.keySet()));
    consumer.resume(released);
  }
}
