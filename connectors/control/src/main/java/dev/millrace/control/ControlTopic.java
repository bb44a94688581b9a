package dev.millrace.control;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The control topic. For each model, the topic names the version that all instances serve. No other
 * setting decides which version they serve. The topic is compacted and has one partition. A
 * record's key is the model's name. The record's value is, for example,
 *
 * <pre>{"champion": {"version": 3, "previous": 2}}</pre>
 *
 * <p>A record without a value removes the champion.
 *
 * <p>A record with the key {@code MODEL/classes} holds the names of the model's classes, in the
 * order of their indices; see {@link ClassIndices}:
 *
 * <pre>{"classes": ["cat", "dog"]}</pre>
 */
public final class ControlTopic {

  /** The topic's name. */
  public static final String NAME = "millrace.models";

  /**
   * The topic for reports. Every instance reports the outcome of a swap, and a trainer reports its
   * verdicts, its progress and the champion's accuracy; see {@link SwapReport} and {@link
   * TrainerReport}.
   */
  public static final String STATUS = "millrace.models.status";

  /** The topic's only partition. */
  static final TopicPartition PARTITION = new TopicPartition(NAME, 0);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          // Refuse the version numbers 1.5, "1" and 1e0, because they may be mistakes.
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private static final String CLASSES = "/classes";

  /** The value of a record. */
  private record Aliases(Champion champion) {}

  /** The value of a record with classes. */
  private record Classes(List<String> classes) {}

  private ControlTopic() {}

  static byte[] key(String model) {
    return model.getBytes(StandardCharsets.UTF_8);
  }

  /** {@return the key of the record with a model's classes} */
  static String classesKey(String model) {
    return model + CLASSES;
  }

  /**
   * {@return whether a record holds the classes of a model, and not a champion}
   *
   * @param record a record of the control topic
   */
  public static boolean holdsClasses(ConsumerRecord<byte[], byte[]> record) {
    return record.key() != null
        && new String(record.key(), StandardCharsets.UTF_8).endsWith(CLASSES);
  }

  static byte[] value(Champion champion) {
    return json(new Aliases(champion));
  }

  static byte[] value(List<String> classes) {
    return json(new Classes(classes));
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  static boolean isAbout(ConsumerRecord<byte[], byte[]> record, String model) {
    return record.key() != null && model.equals(new String(record.key(), StandardCharsets.UTF_8));
  }

  /**
   * {@return the champion that a record names, if any}
   *
   * @param record a record of the control topic
   * @throws IOException if the record's value is invalid; the message names the field
   */
  public static Optional<Champion> champion(ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    return read(record, Aliases.class).map(Aliases::champion);
  }

  /** {@return the classes that a record names; empty if it names none} */
  static List<String> classes(ConsumerRecord<byte[], byte[]> record) throws IOException {
    return read(record, Classes.class).map(Classes::classes).orElse(List.of());
  }

  private static <T> Optional<T> read(ConsumerRecord<byte[], byte[]> record, Class<T> type)
      throws IOException {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(JSON.readValue(record.value(), type));
    } catch (JsonMappingException e) {
      throw new IOException(field(e) + e.getOriginalMessage(), e);
    }
  }

  private static String field(JsonMappingException e) {
    return e.getPath().stream()
        .map(JsonMappingException.Reference::getFieldName)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(".", "", ": "));
  }
}
