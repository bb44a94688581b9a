package dev.millrace.streams;

import dev.millrace.events.ImageEvent;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The key and the value of a failed record as bytes. From version 4.1 on, Kafka Streams keeps the
 * bytes of the input topic. Before, this class writes them again: an image event as its serde
 * writes it, text in UTF-8, and bytes unchanged. An image event that could not be read has no value
 * then.
 *
 * @param key the key, or null
 * @param value the value, or null
 */
record RawRecord(byte[] key, byte[] value) {

  private static final boolean KEPT = KafkaStreamsVersion.running().isAtLeast(4, 1);

  /**
   * Returns the bytes of a record.
   *
   * @param context the context of the failure
   * @param record the record at the node that failed
   * @throws IllegalStateException if the key or the value is neither kept nor of a known type
   */
  static RawRecord of(ErrorHandlerContext context, Record<?, ?> record) {
    return KEPT
        ? new RawRecord(context.sourceRawKey(), context.sourceRawValue())
        : new RawRecord(bytes(record.key(), null), bytes(record.value(), context.headers()));
  }

  static byte[] bytes(Object object, Headers headers) {
    if (object == null || object instanceof ImageEvent.Unreadable) {
      return null;
    }
    if (object instanceof byte[] bytes) {
      return bytes;
    }
    if (object instanceof Bytes bytes) {
      return bytes.get();
    }
    if (object instanceof ByteBuffer buffer) {
      return Utils.toArray(buffer);
    }
    if (object instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    if (object instanceof ImageEvent event) {
      return ImageEvent.serde().serializer().serialize("", headers, event);
    }
    throw new IllegalStateException(
        "before Kafka Streams 4.1, a dead letter cannot hold a "
            + object.getClass().getName()
            + "; upgrade Kafka Streams, or use String, byte[], Bytes, ByteBuffer or ImageEvent");
  }
}
