package dev.millrace.streams.internals;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.internals.ExceptionHandlerUtils;

/** Builds dead letters as Kafka Streams' own handlers do (KIP-1034). */
public final class DeadLetterRecords {

  private DeadLetterRecords() {}

  /**
   * The dead letter of the record that a handler was asked about: its raw key and value, with the
   * position and the exception in the headers.
   *
   * @param topic the dead-letter topic
   */
  public static List<ProducerRecord<byte[], byte[]>> of(
      String topic, ErrorHandlerContext context, Exception exception) {
    return ExceptionHandlerUtils.maybeBuildDeadLetterQueueRecords(
        topic, context.sourceRawKey(), context.sourceRawValue(), context, exception);
  }
}
