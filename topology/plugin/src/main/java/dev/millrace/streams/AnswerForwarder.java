package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.Prediction;
import dev.millrace.events.PredictionHeaders;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.internals.RecordForwarder;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Forwards answers. Turns a classification into a prediction, and the prediction into the output
 * value. Turns a refusal into an exception, which the processor's node throws for the refused
 * record.
 *
 * <p>The task's {@link TaskFailure} remembers every failure. This class throws a failure as an
 * {@link Error}, or as an exception that bypasses the exception handlers. A handler could answer
 * any other exception with "resume". Kafka Streams would then drop the record that is being
 * processed, although another record failed.
 *
 * <p>Confined to its task's stream thread.
 */
final class AnswerForwarder<K, V, R> {

  private final RecordForwarder<K, V, R> records;
  private final PredictionFormat format;
  private final ValueMapping<K, V, R> mapping;
  private final String applicationId;
  private final TaskFetches fetches;
  private final InferenceMetrics metrics;
  private final Tracing tracing;
  private final TaskFailure failure;
  private final RecordFailures failures;

  /**
   * @param mapping makes the output value of a record
   * @param applicationId the application that predictions name as their source
   * @param fetches gives up the task's work if an image cannot be fetched
   * @param metrics receives the times of the images
   * @param tracing writes an image's trace to its headers
   * @param failure remembers the task's failure
   * @param failures counts the failures of the application's records; the counts outlive the task
   */
  AnswerForwarder(
      RecordForwarder<K, V, R> records,
      PredictionFormat format,
      ValueMapping<K, V, R> mapping,
      String applicationId,
      TaskFetches fetches,
      InferenceMetrics metrics,
      Tracing tracing,
      TaskFailure failure,
      RecordFailures failures) {
    this.records = records;
    this.format = format;
    this.mapping = mapping;
    this.applicationId = applicationId;
    this.fetches = fetches;
    this.metrics = metrics;
    this.tracing = tracing;
    this.failure = failure;
    this.failures = failures;
  }

  /**
   * Forwards the answer of a record, and ends the record's trace. The answer must be complete.
   *
   * @throws InferenceStalledError if the engine or a later processor failed
   * @throws HeapExhaustedError if the fetched image does not fit in the heap
   * @throws org.apache.kafka.streams.errors.TaskCorruptedException if the image cannot be fetched
   *     at the moment
   * @throws org.apache.kafka.streams.errors.TaskMigratedException if a later processor gives up the
   *     work of another task
   */
  void forward(PendingRecord<K, V> pending) {
    long start = metrics.now();
    try {
      forwardAnswer(pending);
    } catch (RuntimeException | Error e) {
      pending.trace().giveUp();
      throw e;
    }
    pending.trace().end();
    metrics.forwarded(pending.processedAt(), start);
  }

  private void forwardAnswer(PendingRecord<K, V> pending) {
    Classification answer = null;
    BadImageException refusal = null;
    try {
      answer = pending.answer().join();
    } catch (CompletionException e) {
      refusal = refusal(pending, e.getCause());
    }
    Classification complete = answer;
    BadImageException bad = refusal;
    try {
      pending.trace().run(() -> passOn(pending, complete, bad));
    } catch (Exception e) { // a TopicNameExtractor in Kotlin may throw a checked exception
      if (bypassesHandlers(e)) {
        throw failure.remember(records.failureOfThisTask((RuntimeException) e));
      }
      throw failure.remember(
          new InferenceStalledError("forwarding an answer failed: " + e.getMessage(), e));
    }
  }

  /**
   * Forwards the result, or refuses the record. Also refuses a record on which later processors
   * have failed too often.
   */
  private void passOn(
      PendingRecord<K, V> pending, Classification answer, BadImageException refusal) {
    RecordMetadata origin = pending.origin();
    tracing.inject(pending.trace(), pending.record().headers(), origin);
    try {
      if (refusal == null) {
        forwardResult(pending, answer);
      } else {
        refuse(pending, refusal.reason().label(), refusal);
      }
    } catch (Exception e) {
      if (bypassesHandlers(e)
          || !failures.isTooMany(origin.topic(), origin.partition(), origin.offset(), e)) {
        throw e;
      }
      refuse(pending, e.getClass().getName(), new FailedRecordException(e));
    }
  }

  private static boolean bypassesHandlers(Exception failure) {
    return failure instanceof RuntimeException own && RecordForwarder.bypassesHandlers(own);
  }

  private void refuse(PendingRecord<K, V> pending, String type, RuntimeException reason) {
    pending.trace().failed(type, reason.getMessage());
    records.refuse(pending.record(), pending.origin(), reason);
  }

  /**
   * Forwards the result, or refuses the record with the joiner's exception. A joiner in Kotlin may
   * throw a checked exception.
   */
  private void forwardResult(PendingRecord<K, V> pending, Classification answer) {
    FixedKeyRecord<K, R> result;
    try {
      result = result(pending, answer);
    } catch (Exception e) {
      RuntimeException reason = e instanceof RuntimeException own ? own : new StreamsException(e);
      refuse(pending, reason.getClass().getName(), reason);
      return;
    }
    records.forward(result, pending.origin());
  }

  private BadImageException refusal(PendingRecord<K, V> pending, Throwable cause) {
    if (cause instanceof BadImageException refusal) {
      return refusal;
    }
    if (cause instanceof FetchStalledException away) {
      throw failure.remember(fetches.giveUp(records, pending.fetch().reference(), away));
    }
    if (cause instanceof OutOfMemoryError error && pending.isFetchFailed()) {
      throw failure.remember(heapExhausted(pending, error));
    }
    throw failure.remember(new InferenceStalledError(cause.getMessage(), cause));
  }

  private static HeapExhaustedError heapExhausted(
      PendingRecord<?, ?> pending, OutOfMemoryError error) {
    RecordMetadata from = pending.origin();
    return new HeapExhaustedError(
        new TopicPartition(from.topic(), from.partition()),
        from.offset(),
        pending.fetch().reference().shown(),
        Runtime.getRuntime().maxMemory(),
        error);
  }

  private FixedKeyRecord<K, R> result(PendingRecord<K, V> pending, Classification answer) {
    FixedKeyRecord<K, V> record = pending.record();
    Prediction prediction =
        format
            .prediction(record.key(), source(pending.origin()), answer)
            .withRevision(pending.revision());
    FixedKeyRecord<K, R> result =
        record.withValue(
            mapping.result().join(record.key(), record.value(), record.headers(), prediction));
    return mapping.isEvent()
        ? result.withHeaders(
            PredictionHeaders.of(record.headers(), prediction, applicationId, record.timestamp()))
        : result;
  }

  /** Returns the place of an input record. A record that a punctuator has created has none. */
  private static Prediction.Source source(RecordMetadata origin) {
    return origin.topic() == null
        ? Prediction.Source.NONE
        : new Prediction.Source(origin.topic(), origin.partition(), origin.offset());
  }
}
