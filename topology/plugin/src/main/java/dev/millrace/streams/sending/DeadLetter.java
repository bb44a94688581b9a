package dev.millrace.streams.sending;

import dev.millrace.core.files.Sha256;
import dev.millrace.streams.internals.RecordForwarder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/**
 * Creates the dead letter of a record. A dead letter has the record's raw key, value and headers.
 * It also has Kafka Streams' own headers, which say where the record was and why it failed
 * (KIP-1034).
 *
 * <p>If the dead-letter topic refuses a dead letter, the record cannot become a dead letter again.
 * So this class changes each part that the topic would refuse:
 *
 * <ul>
 *   <li>A timestamp that the topic refuses becomes the current time, and the header {@value
 *       #TIMESTAMP} holds the old timestamp.
 *   <li>In a compacted topic, a missing key becomes {@code topic-partition@offset}.
 *   <li>A dead letter that is too large loses its stack trace. If it is still too large, it becomes
 *       a stub. A stub has no value. It has the record's key, or the key's SHA-256 in hexadecimal
 *       if the key is larger than 1 KiB. It has the header {@value #STUB}, and the record's headers
 *       up to the first header that does not fit.
 * </ul>
 */
public final class DeadLetter {

  /**
   * The header of a stub: the sizes of the record's key, value and headers and the topic's limit,
   * in bytes, as JSON. For a record that was skipped without being read, it is {@code
   * {"skipped":true}}.
   */
  public static final String STUB = "millrace.stub";

  /** The header that holds the record's own timestamp, in ms since 1970. */
  public static final String TIMESTAMP = "millrace.timestamp";

  private static final String ERRORS = "__streams.errors.";
  private static final int STUB_KEY_BYTES = 1 << 10;
  private static final int STUB_MESSAGE_CHARACTERS = 500;
  private static final int STACK_TRACE_CHARACTERS = 16 << 10;

  private final String topic;
  private final ErrorHandlerContext context;
  private final byte[] rawKey;
  private final byte[] rawValue;
  private final Exception exception;
  private final TopicLimits limits;
  private final long now;

  private DeadLetter(
      String topic,
      ErrorHandlerContext context,
      byte[] rawKey,
      byte[] rawValue,
      Exception exception,
      TopicLimits limits,
      long now) {
    this.topic = topic;
    this.context = context;
    this.rawKey = rawKey;
    this.rawValue = rawValue;
    this.exception = exception;
    this.limits = limits;
    this.now = now;
  }

  /**
   * Creates a dead letter.
   *
   * @param topic the dead-letter topic
   * @param context the context that Kafka Streams has passed to the exception handler
   * @param rawKey the record's key, or null
   * @param rawValue the record's value, or null
   * @param exception the reason why the record becomes a dead letter
   * @param limits the limits of the dead-letter topic
   * @param now the current time, in ms since 1970
   * @return the dead letter, ready to be sent
   */
  public static ProducerRecord<byte[], byte[]> of(
      String topic,
      ErrorHandlerContext context,
      byte[] rawKey,
      byte[] rawValue,
      Exception exception,
      TopicLimits limits,
      long now) {
    return new DeadLetter(topic, context, rawKey, rawValue, exception, limits, now).record();
  }

  private ProducerRecord<byte[], byte[]> record() {
    List<Header> own = new ArrayList<>();
    RecordForwarder.inputHeaders(context).forEach(own::add);
    List<Header> why = why(exception.getMessage());
    Header trace = header(ERRORS + "stacktrace", stackTrace());
    byte[] key = key();
    List<Header> all = joined(own, why, trace);
    if (!fits(key, rawValue, all)) {
      all = joined(own, why);
    }
    return fits(key, rawValue, all) ? record(key, rawValue, all) : stub(key, own);
  }

  /**
   * Creates a stub. The stub's own headers come first, then the record's headers up to the first
   * header that does not fit.
   */
  private ProducerRecord<byte[], byte[]> stub(byte[] key, List<Header> own) {
    byte[] shortKey =
        length(key) <= STUB_KEY_BYTES ? key : Sha256.of(key).getBytes(StandardCharsets.US_ASCII);
    List<Header> headers = why(cut(exception.getMessage(), STUB_MESSAGE_CHARACTERS));
    headers.add(header(STUB, sizes(own)));
    long room = limits.maxBytes() - RecordSize.of(shortKey, null, headers);
    for (Header header : own) {
      room -= RecordSize.of(header);
      if (room < 0) {
        break;
      }
      headers.add(header);
    }
    return record(shortKey, null, headers);
  }

  private String sizes(List<Header> own) {
    return "{\"key\":%d,\"value\":%d,\"headers\":%d,\"limit\":%d}"
        .formatted(
            length(rawKey),
            length(rawValue),
            own.stream().mapToLong(RecordSize::of).sum(),
            limits.maxBytes());
  }

  private ProducerRecord<byte[], byte[]> record(byte[] key, byte[] value, List<Header> headers) {
    boolean kept = limits.takes(context.timestamp(), now);
    return new ProducerRecord<>(topic, null, kept ? context.timestamp() : now, key, value, headers);
  }

  /**
   * Returns headers with the reason, and with the record's topic, partition and offset. If the
   * topic refuses the record's timestamp, another header holds this timestamp.
   */
  private List<Header> why(String message) {
    List<Header> why = new ArrayList<>();
    why.add(header(ERRORS + "exception", exception.getClass().getName()));
    why.add(header(ERRORS + "message", message));
    why.add(header(ERRORS + "topic", context.topic()));
    why.add(header(ERRORS + "partition", Integer.toString(context.partition())));
    why.add(header(ERRORS + "offset", Long.toString(context.offset())));
    if (!limits.takes(context.timestamp(), now)) {
      why.add(header(TIMESTAMP, Long.toString(context.timestamp())));
    }
    return why;
  }

  private byte[] key() {
    return rawKey == null && limits.compacted()
        ? (context.topic() + "-" + context.partition() + "@" + context.offset())
            .getBytes(StandardCharsets.UTF_8)
        : rawKey;
  }

  private boolean fits(byte[] key, byte[] value, List<Header> headers) {
    return RecordSize.of(key, value, headers) <= limits.maxBytes();
  }

  private String stackTrace() {
    StringWriter trace = new StringWriter();
    exception.printStackTrace(new PrintWriter(trace));
    return cut(trace.toString(), STACK_TRACE_CHARACTERS);
  }

  private static List<Header> joined(List<Header> own, List<Header> why, Header... more) {
    List<Header> all = new ArrayList<>(own);
    all.addAll(why);
    all.addAll(List.of(more));
    return all;
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private static String cut(String text, int characters) {
    return text == null || text.length() <= characters ? text : text.substring(0, characters) + "…";
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
