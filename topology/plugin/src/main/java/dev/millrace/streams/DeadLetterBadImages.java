package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.streams.internals.DeadLetterRecords;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code processing.exception.handler} for topologies with an {@link ImageInference}: a refused
 * image goes to the topic named by {@code errors.dead.letter.queue.topic.name}, with Kafka Streams'
 * own headers (KIP-1034), and the stream goes on; anything else fails, so that a broken device or a
 * bug never dead-letters good images. Without that topic refused images fail too.
 */
public final class DeadLetterBadImages implements ProcessingExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(DeadLetterBadImages.class);

  private String topic;

  @Override
  public void configure(Map<String, ?> configs) {
    topic = (String) configs.get(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG);
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (!(exception instanceof BadImageException)) {
      return Response.fail();
    }
    if (topic == null) {
      log.error(
          "{}-{}@{} stops the stream: {}",
          context.topic(),
          context.partition(),
          context.offset(),
          exception.getMessage());
      return Response.fail();
    }
    log.info(
        "{}-{}@{} goes to {}: {}",
        context.topic(),
        context.partition(),
        context.offset(),
        topic,
        exception.getMessage());
    return Response.resume(DeadLetterRecords.of(topic, context, exception));
  }
}
