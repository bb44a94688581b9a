package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelDeserializerTest {

  private final LabelDeserializer labels = new LabelDeserializer();

  private String read(String type, String value) {
    return labels.deserialize(
        "labels",
        new RecordHeaders().add("Content-Type", type.getBytes(StandardCharsets.UTF_8)),
        value.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain; charset=utf-8 | Käse",
        "application/octet-stream | ' Käse\n'",
        "Application/JSON | \"Käse\"",
        "application/json | {\"more\":{\"label\":1},\"label\":\" Käse \"}",
        "application/vnd.labels+json | {\"label\":\"Käse\"}",
        "application/cloudevents+json | {\"specversion\":\"1.0\",\"data\":{\"label\":\"Käse\"}}",
        "application/cloudevents+json | {\"data\":\"Käse\",\"label\":\"other\"}"
      })
  void label_isReadInAllFormats(String type, String value) {
    assertThat(read(type, value)).isEqualTo("Käse");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain | ' '",
        "text/plain | 'a\nb'",
        "application/json | cat",
        "application/json | 7",
        "application/json | \"\"",
        "application/json | {\"Label\":\"cat\"}",
        "application/json | {\"label\":[\"cat\"]}",
        "application/cloudevents+json | {\"label\":\"cat\"}",
        "application/cloudevents-batch+json | []",
        "application/cloudevents+avro | cat"
      })
  void valueWithoutALabel_isRefused(String type, String value) {
    assertThatThrownBy(() -> read(type, value)).isInstanceOf(SerializationException.class);
  }

  private String readUntyped(String value) {
    return labels.deserialize("labels", value.getBytes(StandardCharsets.UTF_8));
  }

  /** Kafka Connect's JsonConverter and Spring's JsonSerializer set no content type. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"cat\" | cat",
        "' {\"label\": \"cat\"}\n' | cat",
        "\"a \\\"b\\\"\" | a \"b\"",
        "{cat} | {cat}",
        "\"big\" cat | \"big\" cat",
        "\"big\" \"cat | \"big\" \"cat",
        "7 | 7",
        "true | true",
        "\" | \"",
      })
  void jsonWithoutAContentType_isRead(String value, String label) {
    assertThat(readUntyped(value)).isEqualTo(label);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schema\":{\"type\":\"string\"},\"payload\":\"cat\"}",
        "{\"name\":\"cat\"}",
        "{}",
        "\"\""
      })
  void jsonWithoutALabel_isRefused(String value) {
    assertThatThrownBy(() -> readUntyped(value)).isInstanceOf(SerializationException.class);
  }

  @Test
  void textThatLooksLikeJson_isAName_ifItsTypeIsText() {
    assertThat(read("text/plain", "\"cat\"")).isEqualTo("\"cat\"");
  }

  @Test
  void valueOfARegistry_isReadByIt_orRefusedWithoutOne() {
    byte[] value = {0, 0, 0, 0, 9, 'c'};

    assertThat(new LabelDeserializer(framed -> "schema " + WireFormat.schemaId(framed)))
        .returns("schema 9", label -> label.deserialize("labels", value));
    assertThatThrownBy(() -> labels.deserialize("labels", value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("schema id 9");
  }

  @Test
  void bytesWithoutHeaders_areUtf8() {
    assertThat(labels.deserialize("labels", "cat".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("cat");
    assertThat(labels.deserialize("labels", (byte[]) null)).isNull();
    assertThatThrownBy(() -> labels.deserialize("labels", new byte[] {(byte) 0xff}))
        .isInstanceOf(SerializationException.class);
  }
}
