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
 * <p>With {@code PromptClients}, no task commits the records whose results this handler has
 * refused. Kafka Streams alone may forget a refusal when it closes a task. {@code PromptClients}
 * cannot know the answers of another handler.
 *
 * <p>This handler never answers "retry". Kafka Streams would then process the records of only one
 * task again, and lose the results of the thread's other tasks if their sends have failed, too.
 * With {@code PromptClients}, Kafka Streams does not ask this handler about a retriable failure,
 * and the thread does not fail.
 */
public final class RefusedSends implements ProductionExceptionHandler {

  /** Whether a handler has refused a failed send during the current call of {@link #refuses}. */
  private static final ThreadLocal<Boolean> REFUSED = ThreadLocal.withInitial(() -> false);

  /** Creates the handler; it has no settings. */
  public RefusedSends() {}

  /**
   * Tells Kafka Streams that a send has failed. Kafka Streams asks the handler during this call.
   *
   * @param failed calls Kafka Streams' callback of the send
   * @return whether a {@link RefusedSends} was asked, so that Kafka Streams fails because of this
   *     send
   */
  public static boolean refuses(Runnable failed) {
    REFUSED.remove();
    try {
      failed.run();
      return REFUSED.get();
    } finally {
      REFUSED.remove();
    }
  }

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    REFUSED.set(true);
    return Response.fail();
  }

  /** Handles a failure. Kafka Streams calls this method in versions before 4.2. */
  @Override
  @Deprecated
  public ProductionExceptionHandlerResponse handle(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    REFUSED.set(true);
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
