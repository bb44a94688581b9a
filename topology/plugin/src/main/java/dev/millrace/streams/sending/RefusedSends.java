package dev.millrace.streams.sending;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * The {@code production.exception.handler} for topologies with dead letters. It retries what can be
 * retried. Any other refused record fails its task, and Kafka Streams processes the task's records
 * again.
 *
 * <p>It makes no dead letters. Kafka Streams' own handler does, also for a dead letter that is
 * refused, and on the producer's network thread.
 */
public final class RefusedSends implements ProductionExceptionHandler {

  /** Creates the handler; it has no settings. */
  public RefusedSends() {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return exception instanceof RetriableException ? Response.retry() : Response.fail();
  }

  @Override
  @SuppressWarnings("rawtypes") // as the interface has it
  public Response handleSerializationError(
      ErrorHandlerContext context,
      ProducerRecord record,
      Exception exception,
      SerializationExceptionOrigin origin) {
    return Response.fail();
  }
}
