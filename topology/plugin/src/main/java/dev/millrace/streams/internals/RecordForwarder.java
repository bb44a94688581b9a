package dev.millrace.streams.internals;

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
 * Forwards for a processor after the record's own {@code process} call has returned.
 *
 * <p>By then Kafka Streams is at another node, with another record's context, or at none. So this
 * sets the processor's node and the record's context, forwards, and restores both.
 *
 * <p>Confined to its task's stream thread.
 */
public final class RecordForwarder<K, VIn, VOut> {

  private final FixedKeyProcessorContext<K, VOut> context;
  private final InternalProcessorContext<K, VOut> internals;
  private final ProcessorNode<K, VIn, ?, ?> node;
  private RuntimeException refusal;

  /** A forwarder for the processor whose {@code init} is being called with this context. */
  @SuppressWarnings("unchecked") // the current node is that processor's
  public RecordForwarder(FixedKeyProcessorContext<K, VOut> context) {
    this.context = context;
    internals = (InternalProcessorContext<K, VOut>) context;
    node = (ProcessorNode<K, VIn, ?, ?>) internals.currentNode();
  }

  /** The context of the record that is being processed, for a later call of this forwarder. */
  public RecordMetadata recordContext() {
    return internals.recordContext();
  }

  /**
   * Forwards a record to the processor's children.
   *
   * @param origin what {@link #recordContext} returned for the input record
   */
  public void forward(FixedKeyRecord<K, VOut> record, RecordMetadata origin) {
    ProcessorNode<?, ?, ?, ?> currentNode = internals.currentNode();
    ProcessorRecordContext currentContext = internals.recordContext();
    enter(node, (ProcessorRecordContext) origin);
    try {
      context.forward(record);
    } finally {
      enter(currentNode, currentContext);
    }
  }

  /**
   * Has the processor refuse an input record: sends it through the processor's node once more,
   * whose {@code process} has to call {@link #throwIfRefusing} first. Kafka Streams' exception
   * handling then sees the refusal with the record that it belongs to.
   *
   * @param origin what {@link #recordContext} returned for the record
   * @param reason what the node throws
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

  /** Throws the reason if the record that is being processed is one to {@link #refuse}. */
  public void throwIfRefusing() {
    if (refusal != null) {
      throw refusal;
    }
  }

  /** True for a failure that Kafka Streams passes on without asking an exception handler. */
  public static boolean bypassesHandlers(RuntimeException failure) {
    return failure instanceof FailedProcessingException
        || failure instanceof TaskCorruptedException
        || failure instanceof TaskMigratedException;
  }

  private void enter(ProcessorNode<?, ?, ?, ?> node, ProcessorRecordContext recordContext) {
    internals.setCurrentNode(node);
    internals.setRecordContext(recordContext);
  }
}
