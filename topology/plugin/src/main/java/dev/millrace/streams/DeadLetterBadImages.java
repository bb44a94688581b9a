package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.streams.sending.DeadLetter;
import dev.millrace.streams.sending.LimitsReader;
import dev.millrace.streams.sending.UnsendableException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code processing.exception.handler} for topologies with an {@link ImageInference}: a record
 * whose image is refused, whose prediction no broker would take, or that has failed three times
 * through its own fault, goes to the topic named by {@code errors.dead.letter.queue.topic.name},
 * and the stream goes on. The dead letter has Kafka Streams' own headers (KIP-1034) and what the
 * topic takes, see {@link DeadLetter}. Anything else fails the task, so that a broken device or
 * broker never dead-letters good images. Without that topic every record that is refused fails its
 * task.
 *
 * <p>Set {@link dev.millrace.streams.sending.RefusedSends} with it. Used by one stream thread.
 */
public final class DeadLetterBadImages implements ProcessingExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(DeadLetterBadImages.class);

  private final Clock clock;
  private Supplier<LimitsReader> newReader;
  private LimitsReader limits;
  private RecordFailures failures;
  private String topic;

  public DeadLetterBadImages() {
    this(Clock.systemUTC());
  }

  DeadLetterBadImages(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void configure(Map<String, ?> configs) {
    topic = (String) configs.get(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG);
    failures = RecordFailures.of(String.valueOf(configs.get(StreamsConfig.APPLICATION_ID_CONFIG)));
    newReader = () -> LimitsReader.of(configs);
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    Exception reason = exception;
    if (context.headers() != null && context.headers().lastHeader(DeadLetter.STUB) != null) {
      reason = new UnsendableException("it was skipped unread, as somebody asked for");
    } else if (!isRefusal(exception)) {
      if (!failures.isTooMany(context.topic(), context.partition(), context.offset(), exception)) {
        return Response.fail();
      }
      reason = new FailedRecordException(exception);
    }
    if (topic == null) {
      log.error("{} stops the stream: {}", place(context), reason.getMessage());
      return Response.fail();
    }
    log.info("{} goes to {}: {}", place(context), topic, reason.getMessage());
    return Response.resume(
        List.of(DeadLetter.of(topic, context, reason, limits().of(topic), clock.millis())));
  }

  private static boolean isRefusal(Exception exception) {
    return exception instanceof BadImageException
        || exception instanceof UnsendableException
        || exception instanceof FailedRecordException;
  }

  /** Read when the first dead letter is made: most streams make none. */
  private LimitsReader limits() {
    if (limits == null) {
      limits = newReader.get();
    }
    return limits;
  }

  private static String place(ErrorHandlerContext context) {
    return context.topic() + "-" + context.partition() + "@" + context.offset();
  }
}
