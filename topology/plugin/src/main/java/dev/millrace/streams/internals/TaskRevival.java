package dev.millrace.streams.internals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.apache.kafka.streams.processor.internals.StreamThread;
import org.apache.kafka.streams.processor.internals.Task;

/**
 * Gives up the work of tasks since their last commit, so that Kafka Streams processes the records
 * again. If the thread's consumer guards the revived tasks (see {@link #giveUp}), the tasks stay
 * with their stream thread, and the thread stays in its consumer group.
 *
 * <p>When a task throws a {@link TaskCorruptedException}, Kafka Streams gives up the task's work
 * and processes its records again ({@code TaskManager.handleCorruption}). Under exactly-once, Kafka
 * Streams first commits the other tasks of the thread. These tasks share a transaction with the
 * failed task. The commit would include the records that the failed task has sent, but not the
 * offsets of its input. So this class gives up the work of all tasks of the thread, and aborts the
 * transaction first.
 *
 * <p>Under at-least-once, the other tasks of the thread go on. If one of their sends has failed,
 * the thread joins its group again instead, and their records are processed again, too.
 *
 * <p>Confined to a stream thread.
 */
public final class TaskRevival {

  /** The reason that Kafka Streams gives for a rebalance after a task has given up its work. */
  private static final String CORRUPTED = "Active tasks corrupted";

  /** The second attempt shows whether the first one has aborted the transaction. */
  private static final int ABORTS = 2;

  /**
   * Whether the calling thread has given up work under exactly-once, so that Kafka Streams will ask
   * for a rebalance.
   */
  private static final ThreadLocal<Boolean> GIVEN_UP = ThreadLocal.withInitial(() -> false);

  /** Whether the calling thread's producer guards its transactions. */
  private static final ThreadLocal<Boolean> GUARDED_TRANSACTIONS =
      ThreadLocal.withInitial(() -> false);

  private TaskRevival() {}

  /**
   * Notes that the calling stream thread's producer guards its transactions: no transaction commits
   * an offset beyond the records that the thread's consumer has returned, or of a task whose
   * results were aborted.
   */
  public static void transactionsAreGuarded() {
    GUARDED_TRANSACTIONS.set(true);
  }

  /**
   * Gives up the work of a task. Under exactly-once, gives up the work of all tasks of the thread.
   *
   * <p>A revived task remembers positions beyond its committed offsets, and may commit them. If the
   * thread's consumer does not guard against this, all tasks of the thread are given up, and the
   * thread joins its group again. The new tasks know only the committed offsets. Under
   * exactly-once, the thread's producer must guard against this, too (see {@link
   * #transactionsAreGuarded}).
   *
   * @param context the task's context
   * @param reason why the task cannot go on
   * @param guarded whether the thread's consumer commits no offset beyond the records that it has
   *     returned, and seeks to the committed offsets when a task starts
   * @return the exception to throw
   */
  static StreamsException giveUp(
      InternalProcessorContext<?, ?> context, RuntimeException reason, boolean guarded) {
    boolean exactlyOnce = isExactlyOnce(context);
    if (!guarded || (exactlyOnce && !GUARDED_TRANSACTIONS.get())) {
      return joinAgain(reason);
    }
    Set<TaskId> tasks = new HashSet<>(Set.of(context.taskId()));
    RecordCollector collector = ((RecordCollector.Supplier) context).recordCollector();
    if (exactlyOnce) {
      tasks.addAll(tasksOfThread());
      if (!abortsTransaction(collector, reason)) {
        return joinAgain(reason);
      }
      GIVEN_UP.set(true);
    } else if (!sendsAll(collector, reason)) {
      return joinAgain(reason);
    }
    TaskCorruptedException givenUp = new TaskCorruptedException(tasks);
    givenUp.initCause(reason);
    return givenUp;
  }

  /**
   * Aborts the transaction. After the abort, the collector throws the failure of an earlier send,
   * once. In version 3.9, this may be the failure of a send that the abort itself has cancelled.
   *
   * @return whether the transaction is aborted
   */
  private static boolean abortsTransaction(RecordCollector collector, RuntimeException reason) {
    for (int i = 0; i < ABORTS; i++) {
      try {
        collector.closeDirty();
        return true;
      } catch (KafkaException e) {
        reason.addSuppressed(e);
      }
    }
    return false;
  }

  /**
   * Waits for the sends of all tasks of the thread. The collector throws a failure once. Kafka
   * Streams would ignore it when it closes the task. If the group rebalances, Kafka Streams does
   * not commit the other tasks before, and would later commit the offset of a record whose result
   * was not sent.
   *
   * @return whether no send has failed
   */
  private static boolean sendsAll(RecordCollector collector, RuntimeException reason) {
    try {
      collector.flush();
      return true;
    } catch (KafkaException e) {
      reason.addSuppressed(e);
      return false;
    }
  }

  /**
   * Returns an exception that makes Kafka Streams close all tasks of the thread and join the group
   * again. Under exactly-once, Kafka Streams also replaces the producer.
   *
   * @param reason why the tasks cannot go on or be revived
   * @return the exception to throw
   */
  public static TaskMigratedException joinAgain(RuntimeException reason) {
    GIVEN_UP.remove();
    return new TaskMigratedException("gave up the work since the last commit", reason);
  }

  private static boolean isExactlyOnce(InternalProcessorContext<?, ?> context) {
    return StreamsConfig.EXACTLY_ONCE_V2.equals(
        String.valueOf(context.appConfigs().get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG)));
  }

  private static Set<TaskId> tasksOfThread() {
    return runningTasks().stream().map(Task::id).collect(Collectors.toSet());
  }

  /** {@return the input partitions of a task; none if the calling thread does not run the task} */
  static Set<TopicPartition> inputPartitions(TaskId id) {
    return runningTasks().stream()
        .filter(task -> task.id().equals(id))
        .flatMap(task -> task.inputPartitions().stream())
        .collect(Collectors.toSet());
  }

  /**
   * Returns the calling thread's running tasks. {@code StreamThread.threadMetadata()} would not
   * serve, because it is not up to date while the thread starts other tasks.
   */
  static List<Task> runningTasks() {
    return Thread.currentThread() instanceof StreamThread thread
        ? thread.readOnlyActiveTasks().stream()
            .filter(task -> task.state() == Task.State.RUNNING)
            .toList()
        : List.of();
  }

  /**
   * Tests whether the calling thread has given up its work under exactly-once, and Kafka Streams
   * has not closed the tasks yet. Nothing may be sent meanwhile. If a task gives up its work before
   * a commit, Kafka Streams still flushes the caches of the task's other stores ({@code
   * ProcessorStateManager.flushCache}). It would then commit what they send, without the offsets of
   * the records ({@code TaskManager.handleCorruption}).
   *
   * @return whether nothing may be sent
   */
  public static boolean isGivenUp() {
    return GIVEN_UP.get();
  }

  /**
   * Notes that no task of the calling thread is given up any more. To be called before and after
   * each poll. A task may also give up its work while Kafka Streams closes it, so that Kafka
   * Streams ignores the exception and requests no rebalance.
   */
  public static void tasksAreClosed() {
    GIVEN_UP.remove();
  }

  /**
   * Tests whether a rebalance that Kafka Streams requests is not needed, because Kafka Streams
   * requests it only since the calling thread has given up work under exactly-once. Another member
   * might take the task over. But an image store that is unavailable is unavailable to all members.
   * Returns true once for each time that work was given up.
   *
   * @param reason why Kafka Streams requests the rebalance
   */
  public static boolean isNeedless(String reason) {
    boolean needless = GIVEN_UP.get() && reason.equals(CORRUPTED);
    if (needless) {
      GIVEN_UP.remove();
    }
    return needless;
  }
}
