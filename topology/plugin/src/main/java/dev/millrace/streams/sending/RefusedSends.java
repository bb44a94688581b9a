package dev.millrace.streams.sending;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * The {@code production.exception.handler} for topologies with dead letters. A failed send fails
 * the task, and Kafka Streams processes the records of its stream thread again.
 *
 * <p>This handler creates no dead letters. Kafka Streams' own handler would create one for each
 * refused record, even for a refused dead letter, on the producer's network thread.
 *
 * <p>This handler never answers "retry". Kafka Streams would then process the records of only one
 * task again, and lose the results of the thread's other tasks if their sends have failed, too.
 * With {@code PromptClients}, Kafka Streams does not ask this handler about a retriable failure,
 * and the thread does not fail.
 */
public final class RefusedSends implements ProductionExceptionHandler {

  /** Creates the handler; it has no settings. */
  public RefusedSends() {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return Response.fail();
  }

  /** Handles a failure. Kafka Streams calls this method in versions before 4.2. */
  @Override
  @Deprecated
  public ProductionExceptionHandlerResponse handle(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return ProductionExceptionHandlerResponse.FAIL;
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
