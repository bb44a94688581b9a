package dev.millrace.streams.sending;

import dev.millrace.streams.internals.KafkaStreamsVersion;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * The {@code production.exception.handler} for topologies with dead letters. It retries a failed
 * send if the exception is retriable. Any other failed send fails the task, and Kafka Streams
 * processes the task's records again.
 *
 * <p>This handler creates no dead letters. Kafka Streams' own handler would create one for each
 * refused record, even for a refused dead letter, on the producer's network thread.
 */
public final class RefusedSends implements ProductionExceptionHandler {

  private static final boolean CAN_RETRY = KafkaStreamsVersion.running().isAtLeast(4, 0);

  /** Creates the handler; it has no settings. */
  public RefusedSends() {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return exception instanceof RetriableException ? Response.retry() : Response.fail();
  }

  /**
   * Handles a failure. Kafka Streams calls this method in versions before 4.2. Version 3.9 cannot
   * retry a send, so the task fails.
   */
  @Override
  @Deprecated
  public ProductionExceptionHandlerResponse handle(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return CAN_RETRY && exception instanceof RetriableException
        ? ProductionExceptionHandlerResponse.RETRY
        : ProductionExceptionHandlerResponse.FAIL;
  }

  @Override
  @SuppressWarnings("rawtypes") // the interface uses the raw type
  public Response handleSerializationError(
      ErrorHandlerContext context,
      ProducerRecord record,
      Exception exception,
      SerializationExceptionOrigin origin) {
    return Response.fail();
  }
}
