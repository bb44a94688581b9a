package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.internals.RecordForwarder;
import java.util.concurrent.CompletionException;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Turns answers into what leaves the node: a classification into a prediction, a refusal into an
 * exception of the record's own node.
 *
 * <p>Every failure is remembered, and none leaves as an exception that a handler could answer with
 * "resume": the handler would drop the record that is being processed, which is another one.
 *
 * <p>Confined to its task's stream thread.
 */
final class AnswerForwarder<K> {

  private final RecordForwarder<K, ImageEvent, Prediction> records;
  private final PredictionFormat format;
  private final TaskFailure failure;

  AnswerForwarder(
      RecordForwarder<K, ImageEvent, Prediction> records,
      PredictionFormat format,
      TaskFailure failure) {
    this.records = records;
    this.format = format;
    this.failure = failure;
  }

  /**
   * Forwards the answer of a record, which must be there.
   *
   * @throws InferenceStalledError if the engine failed, or if a processor after this one did
   */
  void forward(PendingRecord<K> pending) {
    Classification answer = null;
    BadImageException refusal = null;
    try {
      answer = pending.answer().join();
    } catch (CompletionException e) {
      refusal = refusal(e.getCause());
    }
    try {
      if (refusal == null) {
        records.forward(pending.record().withValue(prediction(pending, answer)), pending.origin());
      } else {
        records.refuse(pending.record(), pending.origin(), refusal);
      }
    } catch (RuntimeException e) {
      if (RecordForwarder.bypassesHandlers(e)) {
        throw failure.remember(e);
      }
      throw failure.remember(
          new InferenceStalledError("passing on an answer failed: " + e.getMessage(), e));
    }
  }

  private BadImageException refusal(Throwable cause) {
    if (cause instanceof BadImageException refusal) {
      return refusal;
    }
    throw failure.remember(new InferenceStalledError(cause.getMessage(), cause));
  }

  private Prediction prediction(PendingRecord<K> pending, Classification answer) {
    RecordMetadata from = pending.origin();
    return format.prediction(
        pending.record().key(),
        new Prediction.Source(from.topic(), from.partition(), from.offset()),
        answer);
  }
}
