package dev.millrace.control;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The control topic. For each model, it names the version that all instances serve. No other
 * setting decides which version serves. The topic is compacted and has one partition. A record's
 * key is the model's name. The record's value is, for example,
 *
 * <pre>{"champion": {"version": 3, "previous": 2}}</pre>
 *
 * <p>A record without a value removes the champion.
 */
public final class ControlTopic {

  /** The topic's name. */
  public static final String NAME = "millrace.models";

  /** The topic on which every instance reports the outcome of a swap; see {@link SwapReport}. */
  public static final String STATUS = "millrace.models.status";

  /** The topic's only partition. */
  static final TopicPartition PARTITION = new TopicPartition(NAME, 0);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          // 1.5, "1" and 1e0 are refused as versions, because they may be mistakes.
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  /** The value of a record. */
  private record Aliases(Champion champion) {}

  private ControlTopic() {}

  static byte[] key(String model) {
    return model.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] value(Champion champion) {
    try {
      return JSON.writeValueAsBytes(new Aliases(champion));
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
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      Aliases aliases = JSON.readValue(record.value(), Aliases.class);
      return aliases == null ? Optional.empty() : Optional.ofNullable(aliases.champion());
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
