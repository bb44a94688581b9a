package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.streams.internals.TaskSender;
import dev.millrace.streams.sending.DeadLetter;
import dev.millrace.streams.sending.LimitsReader;
import dev.millrace.streams.sending.UnsendableException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code processing.exception.handler} for topologies with an {@link ImageInference}. It sends
 * the record to the topic named by {@code errors.dead.letter.queue.topic.name}, and the stream
 * continues, if
 *
 * <ul>
 *   <li>the image is refused,
 *   <li>a processor throws an {@link UnsendableException}, because the brokers would refuse the
 *       processor's output,
 *   <li>the record itself has caused three failures, or
 *   <li>the record was skipped without being read (see {@link PromptClients#PromptClients(Map)}).
 * </ul>
 *
 * <p>Any other failure fails the task, so that a broken device or broker never dead-letters good
 * images. If no dead-letter topic is set, the task fails in the four cases above, too.
 *
 * <p>A dead letter has Kafka Streams' own headers (KIP-1034). {@link DeadLetter} changes a dead
 * letter that the dead-letter topic would refuse.
 *
 * <p>Set {@code production.exception.handler} to {@link dev.millrace.streams.sending.RefusedSends}
 * as well. Used by one stream thread.
 */
public final class DeadLetterBadImages implements ProcessingExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(DeadLetterBadImages.class);

  private final Clock clock;
  private Supplier<LimitsReader> newReader;
  private Function<ErrorHandlerContext, RawRecord> sourceRecord;
  private LimitsReader limits;
  private RecordFailures failures;
  private String topic;

  /** Creates the handler. Kafka Streams calls this constructor, and then {@link #configure}. */
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
    sourceRecord =
        failed ->
            SourceRecord.read(
                configs, new TopicPartition(failed.topic(), failed.partition()), failed.offset());
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    return reason(context, exception)
        .map(reason -> Response.resume(List.of(letter(context, raw(context, record), reason))))
        .orElseGet(Response::fail);
  }

  /**
   * Handles a failure. Kafka Streams calls this method in versions before 4.2. These versions do
   * not send dead letters, so this method sends the dead letter in the task's transaction. Before
   * version 4.1, Kafka Streams does not keep the bytes of a record. The dead letter then has the
   * key and the value that {@link RawRecord} finds.
   *
   * @throws IllegalStateException if the task has no {@link ImageInference}; the task then fails
   */
  @Override
  @Deprecated
  public ProcessingHandlerResponse handle(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    Optional<Exception> reason = reason(context, exception);
    if (reason.isEmpty()) {
      return ProcessingHandlerResponse.FAIL;
    }
    if (!TaskSender.send(context.taskId(), letter(context, raw(context, record), reason.get()))) {
      throw new IllegalStateException(
          "before Kafka Streams 4.2, a dead letter can only be sent by a task that classifies images,"
              + " and "
              + context.taskId()
              + " does not; upgrade Kafka Streams",
          exception);
    }
    return ProcessingHandlerResponse.CONTINUE;
  }

  /**
   * Returns the reason why a record becomes a dead letter. Returns empty if the task fails instead.
   * If the task fails only because no dead-letter topic is set, this method logs the failure.
   */
  private Optional<Exception> reason(ErrorHandlerContext context, Exception exception) {
    Exception reason = exception;
    if (isSkipped(context)) {
      reason = new UnsendableException("the record was skipped without being read, as configured");
    } else if (!isRefusal(exception)) {
      if (!failures.isTooMany(context.topic(), context.partition(), context.offset(), exception)) {
        return Optional.empty();
      }
      reason = new FailedRecordException(exception);
    }
    if (topic == null) {
      log.error(
          "record {} fails its task, because no dead-letter topic is set: {}",
          place(context),
          reason.getMessage());
      return Optional.empty();
    }
    return Optional.of(reason);
  }

  private static boolean isSkipped(ErrorHandlerContext context) {
    return context.headers() != null && context.headers().lastHeader(DeadLetter.STUB) != null;
  }

  /** Returns the bytes of a record. A skipped record has none, and must not be read again. */
  private RawRecord raw(ErrorHandlerContext context, Record<?, ?> record) {
    return isSkipped(context)
        ? RawRecord.NONE
        : RawRecord.of(context, record, () -> sourceRecord.apply(context));
  }

  private ProducerRecord<byte[], byte[]> letter(
      ErrorHandlerContext context, RawRecord raw, Exception reason) {
    log.info("record {} goes to topic {}: {}", place(context), topic, reason.getMessage());
    return DeadLetter.of(
        topic, context, raw.key(), raw.value(), reason, limits().of(topic), clock.millis());
  }

  private static boolean isRefusal(Exception exception) {
    return exception instanceof BadImageException
        || exception instanceof UnsendableException
        || exception instanceof FailedRecordException;
  }

  /**
   * Returns the reader of the topic's limits. Creates the reader only at the first dead letter,
   * because most streams have no dead letters.
   */
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
