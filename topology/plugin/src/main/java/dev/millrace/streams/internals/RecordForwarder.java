package dev.millrace.streams.internals;

import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.errors.internals.FailedProcessingException;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;

/**
 * Forwards records for a processor after its {@code process} call has returned.
 *
 * <p>By then, Kafka Streams processes another record at another node, or no record. So this class
 * sets the processor's node and the record's context, forwards the record, and restores both.
 *
 * <p>Confined to its task's stream thread.
 *
 * @param <K> the type of the keys
 * @param <VIn> the type of the input values
 * @param <VOut> the type of the output values
 */
public final class RecordForwarder<K, VIn, VOut> {

  /** The context of the input record whose result the calling thread forwards, or null. */
  private static final ThreadLocal<ProcessorRecordContext> FORWARDING = new ThreadLocal<>();

  private final FixedKeyProcessorContext<K, VOut> context;
  private final InternalProcessorContext<K, VOut> internals;
  private final ProcessorNode<K, VIn, ?, ?> node;
  private RuntimeException refusal;

  /**
   * Creates a forwarder. To be called from the processor's {@code init}, because it captures the
   * current node.
   *
   * @param context the context that Kafka Streams passed to the processor's {@code init}
   */
  @SuppressWarnings("unchecked") // the current node is the calling processor's node
  public RecordForwarder(FixedKeyProcessorContext<K, VOut> context) {
    this.context = context;
    internals = (InternalProcessorContext<K, VOut>) context;
    node = (ProcessorNode<K, VIn, ?, ?>) internals.currentNode();
    TaskSender.add(internals);
  }

  /** Ends the use of this forwarder. To be called from the processor's {@code close}. */
  public void close() {
    TaskSender.remove(internals);
  }

  /**
   * Returns the context of the record that is being processed, for a later call of this forwarder.
   *
   * @return the context; it stays valid after {@code process} has returned
   */
  public RecordMetadata recordContext() {
    return internals.recordContext();
  }

  /**
   * Returns the headers of a record's context, which Kafka Streams' exception handlers get.
   *
   * @param origin the context that {@link #recordContext} returned for the record
   * @return the headers, not a copy
   */
  public static Headers headers(RecordMetadata origin) {
    return ((ProcessorRecordContext) origin).headers();
  }

  /**
   * Forwards a record to the child nodes of the processor's node.
   *
   * @param record the output record
   * @param origin the context that {@link #recordContext} returned for the input record
   */
  public void forward(FixedKeyRecord<K, VOut> record, RecordMetadata origin) {
    ProcessorNode<?, ?, ?, ?> currentNode = internals.currentNode();
    ProcessorRecordContext currentContext = internals.recordContext();
    ProcessorRecordContext outer = FORWARDING.get();
    enter(node, (ProcessorRecordContext) origin);
    FORWARDING.set((ProcessorRecordContext) origin);
    try {
      context.forward(record);
    } finally {
      FORWARDING.set(outer);
      enter(currentNode, currentContext);
    }
  }

  /**
   * Refuses an input record, so that Kafka Streams' exception handler receives the refusal together
   * with the refused record. This method sends the record through the processor's node once more.
   * The processor's {@code process} must call {@link #throwIfRefusing} first.
   *
   * @param record the input record
   * @param origin the context that {@link #recordContext} returned for the record
   * @param reason the exception that the node throws
   */
  public void refuse(
      FixedKeyRecord<K, VIn> record, RecordMetadata origin, RuntimeException reason) {
    ProcessorNode<?, ?, ?, ?> currentNode = internals.currentNode();
    ProcessorRecordContext currentContext = internals.recordContext();
    enter(node, (ProcessorRecordContext) origin);
    refusal = reason;
    try {
      node.process(
          new Record<>(record.key(), record.value(), record.timestamp(), record.headers()));
    } finally {
      refusal = null;
      enter(currentNode, currentContext);
    }
  }

  /**
   * If {@link #refuse} is sending the current record through the node, this method throws the
   * exception that the caller passed to {@link #refuse}. Otherwise, this method has no effect.
   */
  public void throwIfRefusing() {
    if (refusal != null) {
      throw refusal;
    }
  }

  /**
   * Returns the input partitions of the running task.
   *
   * @return the partitions; none if the task does not run on a thread of Kafka Streams, for example
   *     in a {@code TopologyTestDriver}
   */
  public Set<TopicPartition> inputPartitions() {
    return TaskRevival.inputPartitions(internals.taskId());
  }

  /**
   * Gives up the task's work since the last commit, because a record cannot be answered now. See
   * {@link TaskRevival#giveUp}.
   *
   * @param reason why the record cannot be answered
   * @param guarded whether the thread's consumer guards the offsets of revived tasks
   * @return the exception to throw
   */
  public StreamsException giveUp(RuntimeException reason, boolean guarded) {
    return TaskRevival.giveUp(internals, reason, guarded);
  }

  /**
   * Returns the exception with which this task fails, after a failure that bypasses the exception
   * handlers. If the failure gives up the work of other tasks only, Kafka Streams would commit this
   * task, although a record of this task was not forwarded. So all tasks of the thread are given up
   * in this case, and the thread joins its group again.
   *
   * @param failure an exception that {@link #forward} or {@link #refuse} has thrown
   * @return the exception to throw
   */
  public RuntimeException failureOfThisTask(RuntimeException failure) {
    return failure instanceof TaskCorruptedException corrupted
            && !corrupted.corruptedTasks().contains(internals.taskId())
        ? TaskRevival.joinAgain(corrupted)
        : failure;
  }

  /**
   * Tests whether Kafka Streams passes a failure on without asking an exception handler.
   *
   * @param failure an exception that {@link #forward} or {@link #refuse} has thrown
   * @return whether the failure bypasses the exception handlers
   */
  public static boolean bypassesHandlers(RuntimeException failure) {
    return failure instanceof FailedProcessingException
        || failure instanceof TaskCorruptedException
        || failure instanceof TaskMigratedException;
  }

  /**
   * Returns the headers of the input record that a failure belongs to. The context itself may have
   * other headers, if a later processor has failed on a result that {@link #forward} forwarded with
   * other headers.
   *
   * @param failure the context of the failure
   * @return the headers that the input record had when the forwarder's processor received it
   */
  public static Headers inputHeaders(ErrorHandlerContext failure) {
    ProcessorRecordContext origin = FORWARDING.get();
    return origin != null
            && origin.offset() == failure.offset()
            && origin.partition() == failure.partition()
            && Objects.equals(origin.topic(), failure.topic())
        ? origin.headers()
        : failure.headers();
  }

  private void enter(ProcessorNode<?, ?, ?, ?> node, ProcessorRecordContext recordContext) {
    internals.setCurrentNode(node);
    internals.setRecordContext(recordContext);
  }
}
