package dev.millrace.streams;

import dev.millrace.events.ImageEvent;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The key and the value of a failed record as bytes. From version 4.1 on, Kafka Streams keeps the
 * bytes of the input topic. With older versions, this class serializes the key and the value again
 * if the result is certain to be the original bytes. This is the case for bytes, for text (in
 * UTF-8), and for an event that consists only of an image. For any other record, this class reads
 * the bytes from the input topic again.
 *
 * <p>Kafka Streams drops the bytes when the topology sends the record to a topic, for example when
 * the input stream is also copied to another topic. This class then reads the bytes from the input
 * topic again, too.
 *
 * <p>A record that a punctuator has created has no bytes in an input topic. This class then
 * serializes the key and the value in the same way, with every version. The key and the value are
 * null if they are of other types.
 *
 * @param key the key, or null
 * @param value the value, or null
 */
record RawRecord(byte[] key, byte[] value) {

  /** The character that a decoder puts in place of bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\uFFFD';

  private static final boolean KEPT = KafkaStreamsVersion.running().isAtLeast(4, 1);

  /** The bytes of a record without a key and a value. */
  static final RawRecord NONE = new RawRecord(null, null);

  /**
   * Returns the bytes of a record.
   *
   * @param context the context of the failure
   * @param record the record at the node that failed; null if a punctuator itself has failed
   * @param again reads the record from its topic
   */
  static RawRecord of(ErrorHandlerContext context, Record<?, ?> record, Supplier<RawRecord> again) {
    if (context.topic() == null) {
      return record == null
          ? NONE
          : written(record.key(), record.value(), record.headers()).orElse(NONE);
    }
    if (KEPT) {
      return isDropped(context, record)
          ? again.get()
          : new RawRecord(context.sourceRawKey(), context.sourceRawValue());
    }
    return written(record.key(), record.value(), context.headers()).orElseGet(again);
  }

  /**
   * Tests whether Kafka Streams has dropped the bytes ({@code
   * RecordCollectorImpl.freeRawInputRecordFromContext}). A record that only refers to its image may
   * have no bytes.
   */
  private static boolean isDropped(ErrorHandlerContext context, Record<?, ?> record) {
    return context.sourceRawKey() == null
        && context.sourceRawValue() == null
        && record != null
        && (record.key() != null
            || (record.value() != null && !(record.value() instanceof ImageEvent.Referenced)));
  }

  /**
   * Serializes a record again, if its key and its value are bytes, text, or an event that consists
   * only of an image. Returns empty for any other record.
   */
  static Optional<RawRecord> written(Object key, Object value, Headers headers) {
    return isKnown(key, headers) && isKnown(value, headers)
        ? Optional.of(new RawRecord(bytes(key), bytes(value)))
        : Optional.empty();
  }

  private static boolean isKnown(Object object, Headers headers) {
    return object == null
        || object instanceof byte[]
        || object instanceof Bytes
        || object instanceof ByteBuffer
        || (object instanceof String text && text.indexOf(REPLACEMENT) < 0)
        || (object instanceof ImageEvent.Encoded && ImageEvent.isImageItself(headers));
  }

  private static byte[] bytes(Object object) {
    if (object instanceof Bytes bytes) {
      return bytes.get();
    }
    if (object instanceof ByteBuffer buffer) {
      return Utils.toArray(buffer.duplicate().clear()); // the application may have read it
    }
    if (object instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    if (object instanceof ImageEvent.Encoded event) {
      return event.bytes();
    }
    return (byte[]) object;
  }
}
