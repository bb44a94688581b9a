package dev.millrace.service.command.deadletters;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record of a dead-letter topic, with what its headers say (KIP-1034).
 *
 * @param record the record itself
 */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {

  /** Begins the names of all headers that Kafka Streams adds. */
  static final String ERRORS = "__streams.errors.";

  /** On a record that was sent again: the dead letter that it was. */
  public static final String REPLAYED = "millrace.replayed";

  /** On a dead letter that stands for a record too large to keep. */
  static final String STUB = "millrace.stub";

  /** {@return whether a record is a dead letter, by its headers} */
  public static boolean is(ConsumerRecord<?, ?> record) {
    for (Header header : record.headers()) {
      if (header.key().startsWith(ERRORS)) {
        return true;
      }
    }
    return false;
  }

  /** Where it lies: {@code topic-partition@offset}. */
  String position() {
    return position(record.topic(), Integer.toString(record.partition()), record.offset() + "");
  }

  /** The key as text; empty without a key. */
  Optional<String> key() {
    return Optional.ofNullable(record.key()).map(DeadLetter::text);
  }

  /** Why the record was refused, else the exception's class; empty without either. */
  String reason() {
    return header("message").or(() -> header("exception")).orElse("");
  }

  /** The topic that the record came from, if its headers tell. */
  Optional<String> topic() {
    return header("topic");
  }

  /** The partition that the record came from, if its headers tell. */
  Optional<Integer> partition() {
    return header("partition").filter(text -> text.matches("\\d{1,9}")).map(Integer::valueOf);
  }

  /** Where the record came from: {@code topic-partition@offset}, if its headers tell. */
  Optional<String> source() {
    return topic()
        .map(name -> position(name, header("partition").orElse("?"), header("offset").orElse("?")));
  }

  /** True if the record's value is lost. */
  boolean isStub() {
    return record.headers().lastHeader(STUB) != null;
  }

  /** The dead letter that was sent again and became this one, if any was. */
  Optional<String> replayOf() {
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
