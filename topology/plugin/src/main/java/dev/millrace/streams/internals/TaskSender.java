package dev.millrace.streams.internals;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.RecordCollector;

/**
 * Sends records for exception handlers, with the producer of a task and therefore in the task's
 * transaction. From version 4.2 on, Kafka Streams itself sends the records that a handler returns
 * (KIP-1034).
 *
 * <p>A task can send while one of its processors has a {@link RecordForwarder}. On each stream
 * thread, this class knows only that thread's tasks.
 */
public final class TaskSender {

  private static final ThreadLocal<Set<InternalProcessorContext<?, ?>>> TASKS =
      ThreadLocal.withInitial(HashSet::new);

  private TaskSender() {}

  static void add(InternalProcessorContext<?, ?> context) {
    TASKS.get().add(context);
  }

  static void remove(InternalProcessorContext<?, ?> context) {
    TASKS.get().remove(context);
  }

  /**
   * Sends a record.
   *
   * @param task the task, which the calling stream thread processes
   * @param record the record; its partition is chosen by the producer
   * @return false if nothing was sent, because no processor of the task has a {@link
   *     RecordForwarder}
   */
  public static boolean send(TaskId task, ProducerRecord<byte[], byte[]> record) {
    Optional<InternalProcessorContext<?, ?>> processing =
        TASKS.get().stream().filter(context -> isProcessing(context, task)).findFirst();
    processing.ifPresent(context -> send(context, record));
    return processing.isPresent();
  }

  /**
   * Several test drivers may run on one thread, each with its own topology. Only one of them
   * processes a record at a time.
   */
  private static boolean isProcessing(InternalProcessorContext<?, ?> context, TaskId task) {
    return context.taskId().equals(task) && context.currentNode() != null;
  }

  @SuppressWarnings("unchecked") // the collector uses only the context's record, which has no types
  private static void send(
      InternalProcessorContext<?, ?> context, ProducerRecord<byte[], byte[]> record) {
    ((RecordCollector.Supplier) context)
        .recordCollector()
        .send(
            record.topic(),
            record.key(),
            record.value(),
            record.headers(),
            (Integer) null,
            record.timestamp(),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            context.currentNode().name(),
            (InternalProcessorContext<Void, Void>) context);
  }
}
