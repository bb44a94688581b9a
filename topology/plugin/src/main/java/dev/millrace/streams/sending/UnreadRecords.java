package dev.millrace.streams.sending;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code deserialization.exception.handler} for topologies whose serdes need a schema registry.
 * If a serde throws an exception, the task fails, and Kafka Streams reads the record again.
 *
 * <p>This handler creates no dead letters. With a dead-letter topic, Kafka Streams' own handlers
 * would create one for each attempt to read the record. But the record is good, and only the
 * registry is unavailable. The serdes of image events throw no exception for a record that holds no
 * image.
 */
public final class UnreadRecords implements DeserializationExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(UnreadRecords.class);

  /** Creates the handler; it has no settings. */
  public UnreadRecords() {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
    log(record, exception);
    return Response.fail();
  }

  /** Handles a failure. Kafka Streams calls this method in versions before 4.2. */
  @Override
  @Deprecated
  public DeserializationHandlerResponse handle(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
    log(record, exception);
    return DeserializationHandlerResponse.FAIL;
  }

  private static void log(ConsumerRecord<byte[], byte[]> record, Exception exception) {
    log.warn(
        "record {}-{}@{} cannot be read, so its task fails and reads it again: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        exception.getMessage());
  }
}
