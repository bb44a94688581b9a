package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.fetch.FetchedImage;
import dev.millrace.streams.internals.RecordForwarder;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Submits the images of a task's records to the engine. If a record refers to its image, the image
 * is fetched first. If a record has no image, the engine refuses the record.
 *
 * <p>Confined to its task's stream thread.
 */
final class RecordSubmitter<K, V> {

  private final RecordForwarder<K, V, ?> records;
  private final ValueMapping<K, V, ?> mapping;
  private final String applicationId;
  private final TaskEngine engine;
  private final TaskFetches fetches;
  private final InferenceMetrics metrics;
  private final Tracing tracing;
  private final TaskFailure failure;

  /**
   * @param records knows the context of the record that is being processed
   * @param mapping finds the image of a record
   * @param applicationId the application that the spans name
   * @param fetches fetches an image that a record refers to, and gives up the task's work if the
   *     fetch cannot begin
   * @param metrics the engine's clock
   * @param tracing starts the span of each image
   * @param failure remembers the task's failure
   */
  RecordSubmitter(
      RecordForwarder<K, V, ?> records,
      ValueMapping<K, V, ?> mapping,
      String applicationId,
      TaskEngine engine,
      TaskFetches fetches,
      InferenceMetrics metrics,
      Tracing tracing,
      TaskFailure failure) {
    this.records = records;
    this.mapping = mapping;
    this.applicationId = applicationId;
    this.engine = engine;
    this.fetches = fetches;
    this.metrics = metrics;
    this.tracing = tracing;
    this.failure = failure;
  }

  /**
   * Submits the image of the record that is being processed.
   *
   * @param deadline the time at which the wait for a slot or for the begin of a fetch ends, in ns
   *     on the engine's clock
   * @return the record with its answer, which may not be complete yet
   * @throws InferenceStalledError if the engine accepts no image before the deadline
   * @throws org.apache.kafka.streams.errors.StreamsException if the image cannot be fetched at the
   *     moment
   */
  PendingRecord<K, V> submit(FixedKeyRecord<K, V> record, long deadline) {
    RecordMetadata origin = records.recordContext();
    TraceContext trace = tracing.begin(record, origin, applicationId);
    try {
      return submit(record, origin, trace, deadline);
    } catch (RuntimeException | Error e) {
      trace.giveUp();
      throw e;
    }
  }

  private PendingRecord<K, V> submit(
      FixedKeyRecord<K, V> record, RecordMetadata origin, TraceContext trace, long deadline) {
    long now = metrics.now();
    int bytes = 0;
    PendingFetch fetch = null;
    CompletableFuture<Classification> answer;
    try {
      ImageSource source = mapping.sourceOf(record.value());
      if (source instanceof ImageSource.Value held) {
        bytes = held.encoded().length;
        trace.holds(bytes);
        answer = engine.submit(held.encoded(), deadline, trace.image());
      } else {
        ImageReference reference = ((ImageSource.Elsewhere) source).reference();
        CompletableFuture<FetchedImage> image = fetch(reference, deadline);
        answer = engine.submitFetched(image, trace.image());
        fetch = PendingFetch.of(reference, image);
      }
    } catch (BadImageException e) {
      answer = engine.refuse(e);
    }
    return new PendingRecord<>(record, bytes, origin, trace, now, fetch, answer);
  }

  private CompletableFuture<FetchedImage> fetch(ImageReference reference, long deadline) {
    try {
      return fetches.fetch(reference, deadline);
    } catch (FetchStalledException e) {
      throw failure.remember(fetches.giveUp(records, reference, e));
    }
  }
}
