package dev.millrace.streams;

import dev.millrace.streams.engine.Classification;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * A record whose answer was not forwarded yet.
 *
 * @param record the input record
 * @param bytes the size of the encoded image, in bytes
 * @param origin the context in which the record was processed
 * @param trace the trace context in which the record was processed
 * @param answer the engine's answer, complete or not
 */
record PendingRecord<K, V>(
    FixedKeyRecord<K, V> record,
    int bytes,
    RecordMetadata origin,
    TraceContext trace,
    CompletableFuture<Classification> answer) {}
