package dev.millrace.service.deadletters;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record of a dead-letter topic. Its headers hold the position of the original record and the
 * reason why the original record failed (KIP-1034).
 *
 * @param record the record itself
 */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {

  /** The prefix of all headers that Kafka Streams adds to a dead letter. */
  public static final String ERRORS = "__streams.errors.";

  /**
   * The header that a replay adds to each record that it sends. The header's value is the position
   * of the dead letter.
   */
  public static final String REPLAYED = "millrace.replayed";

  /**
   * The header that marks a dead letter without a value. The service leaves the value out if the
   * original record was too large, or if the user skipped it.
   */
  public static final String STUB = "millrace.stub";

  /**
   * {@return whether a record has the headers of a dead letter}
   *
   * @param record a record of any topic
   */
  public static boolean is(ConsumerRecord<?, ?> record) {
    for (Header header : record.headers()) {
      if (header.key().startsWith(ERRORS)) {
        return true;
      }
    }
    return false;
  }

  /** {@return the position of the dead letter: {@code topic-partition@offset}} */
  public String position() {
    return position(record.topic(), Integer.toString(record.partition()), record.offset() + "");
  }

  /** {@return the key as text, or empty if the record has no key} */
  public Optional<String> key() {
    return Optional.ofNullable(record.key()).map(DeadLetter::text);
  }

  /**
   * {@return the message of the exception that the original record caused; if there is no message,
   * the exception's class; empty if both headers are missing}
   */
  public String reason() {
    return header("message").or(() -> header("exception")).orElse("");
  }

  /** {@return the topic of the original record, or empty if its header is missing} */
  public Optional<String> topic() {
    return header("topic");
  }

  /**
   * {@return the partition of the original record, or empty if its header is missing or invalid}
   */
  public Optional<Integer> partition() {
    return header("partition").filter(text -> text.matches("\\d{1,9}")).map(Integer::valueOf);
  }

  /**
   * {@return the position of the original record: {@code topic-partition@offset}; empty if the
   * header with the topic is missing}
   */
  public Optional<String> source() {
    return topic()
        .map(name -> position(name, header("partition").orElse("?"), header("offset").orElse("?")));
  }

  /** {@return whether the dead letter was written without the value of the original record} */
  public boolean isStub() {
    return record.headers().lastHeader(STUB) != null;
  }

  /**
   * {@return the position of the earlier dead letter whose replay failed and led to this dead
   * letter; empty if this dead letter does not come from a replay}
   */
  public Optional<String> replayOf() {
    return value(REPLAYED);
  }

  private Optional<String> header(String name) {
    return value(ERRORS + name);
  }

  private Optional<String> value(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(text(header.value()));
  }

  private static String position(String topic, String partition, String offset) {
    return topic + "-" + partition + "@" + offset;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
