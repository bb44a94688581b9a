package dev.millrace.streams;

import dev.millrace.events.ImageEvent;
import dev.millrace.streams.engine.Classification;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * A record whose answer has not left yet.
 *
 * @param origin the context that the record was processed in
 * @param answer the engine's answer, there or still to come
 */
record PendingRecord<K>(
    FixedKeyRecord<K, ImageEvent> record,
    RecordMetadata origin,
    CompletableFuture<Classification> answer) {

  /** Size of the encoded image, in bytes. */
  long bytes() {
    return record.value() instanceof ImageEvent.Encoded encoded ? encoded.bytes().length : 0;
  }
}
