package dev.millrace.streams.internals;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.apache.kafka.streams.processor.internals.StreamThread;

/**
 * Gives up the work of tasks since their last commit, so that Kafka Streams processes the records
 * again. The tasks stay with their stream thread, and the thread stays in its consumer group.
 *
 * <p>When a task throws a {@link TaskCorruptedException}, Kafka Streams gives up the task's work
 * and processes its records again ({@code TaskManager.handleCorruption}). Under exactly-once, Kafka
 * Streams first commits the other tasks of the thread. These tasks share a transaction with the
 * failed task. The commit would include the records that the failed task has sent, but not the
 * offsets of its input. So this class gives up the work of all tasks of the thread, and aborts the
 * transaction first.
 *
 * <p>Confined to a stream thread.
 */
public final class TaskRevival {

  /**
   * Whether the calling thread has given up work under exactly-once, so that Kafka Streams will ask
   * for a rebalance.
   */
  private static final ThreadLocal<Boolean> EXPECTED = ThreadLocal.withInitial(() -> false);

  private TaskRevival() {}

  /**
   * Gives up the work of a task. Under exactly-once, gives up the work of all tasks of the thread.
   *
   * @param context the task's context
   * @param reason why the task cannot go on
   * @return the exception to throw
   */
  static TaskCorruptedException giveUp(
      InternalProcessorContext<?, ?> context, RuntimeException reason) {
    Set<TaskId> tasks = new HashSet<>(Set.of(context.taskId()));
    if (isExactlyOnce(context)) {
      tasks.addAll(tasksOfThread());
      ((RecordCollector.Supplier) context).recordCollector().closeDirty();
      EXPECTED.set(true);
    }
    TaskCorruptedException givenUp = new TaskCorruptedException(tasks);
    givenUp.initCause(reason);
    return givenUp;
  }

  private static boolean isExactlyOnce(InternalProcessorContext<?, ?> context) {
    return StreamsConfig.EXACTLY_ONCE_V2.equals(
        String.valueOf(context.appConfigs().get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG)));
  }

  private static Set<TaskId> tasksOfThread() {
    return activeTasks().stream().map(TaskMetadata::taskId).collect(Collectors.toSet());
  }

  /** {@return the input partitions of a task; none if the calling thread does not run the task} */
  static Set<TopicPartition> inputPartitions(TaskId id) {
    return activeTasks().stream()
        .filter(task -> task.taskId().equals(id))
        .flatMap(task -> task.topicPartitions().stream())
        .collect(Collectors.toSet());
  }

  private static Set<TaskMetadata> activeTasks() {
    return Thread.currentThread() instanceof StreamThread thread
        ? thread.threadMetadata().activeTasks()
        : Set.of();
  }

  /**
   * Tests whether the calling thread has given up work under exactly-once since the last call. In
   * this case, Kafka Streams asks for a rebalance, so that another member may take the task over.
   * This rebalance is not needed, because an image store that is unavailable is unavailable to all
   * members.
   *
   * @return whether the next rebalance is not needed
   */
  public static boolean hasGivenUp() {
    boolean expected = EXPECTED.get();
    EXPECTED.remove();
    return expected;
  }
}
