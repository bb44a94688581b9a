package dev.millrace.streams;

import dev.millrace.streams.engine.Classification;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * A record whose answer was not forwarded yet.
 *
 * @param record the input record
 * @param bytes the size of the encoded image in the record, in bytes
 * @param origin the context in which the record was processed
 * @param trace the trace context in which the record was processed
 * @param processedAt when the record was processed, in ns on the engine's clock
 * @param fetch the fetch of the image; null if the record holds the image
 * @param answer the engine's answer, complete or not
 */
record PendingRecord<K, V>(
    FixedKeyRecord<K, V> record,
    int bytes,
    RecordMetadata origin,
    TraceContext trace,
    long processedAt,
    PendingFetch fetch,
    CompletableFuture<Classification> answer) {

  /** {@return whether the fetch of the image has not ended yet} */
  boolean isFetching() {
    return fetch != null && !fetch.revision().isDone();
  }

  /** {@return whether the fetch of the image has failed} */
  boolean isFetchFailed() {
    return fetch != null && fetch.revision().isCompletedExceptionally();
  }

  /**
   * {@return the revision of the fetched image; null if the revision is not known, or if no image
   * was fetched}
   */
  String revision() {
    return fetch == null ? null : fetch.revision().join();
  }

  /** Ends the trace and cancels the fetch, because the task gives up its records. */
  void cancel() {
    trace.giveUp();
    if (fetch != null) {
      fetch.revision().cancel(false);
    }
  }
}
