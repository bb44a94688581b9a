package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.millrace.events.WireFormat;
import dev.millrace.testing.SchemaRegistryStub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryLabelsTest {

  private static final byte[] CAT = "cat".getBytes(StandardCharsets.UTF_8);

  private SchemaRegistryStub registry;
  private Deserializer<String> labels;

  @BeforeEach
  void start() throws IOException {
    registry = new SchemaRegistryStub();
    labels = SchemaRegistry.labelDeserializer(Map.of("schema.registry.url", registry.url()));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private String read(int schemaId, byte[] event) {
    return labels.deserialize(
        "labels", WireFormat.frame(schemaId, event.length).put(event).array());
  }

  /**
   * {@return texts in Avro's encoding} Each text is its length as a zigzag number, followed by its
   * bytes.
   */
  private static byte[] avro(String... texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      bytes.write(2 * utf8.length);
      bytes.writeBytes(utf8);
    }
    return bytes.toByteArray();
  }

  @Test
  void avroRecord_yieldsItsLabel() {
    int id =
        registry.register(
            "labels-value",
            "AVRO",
            """
            {"type":"record","name":"Labelled","fields":[
              {"name":"annotator","type":"string"},
              {"name":"label","type":["null",{"type":"string","avro.java.string":"String"}]}]}""");
    byte[] event = avro("me", "\u0001Käse");
    event[3] = 2; // the union's second type …
    event[4] = (byte) (2 * "Käse".getBytes(StandardCharsets.UTF_8).length); // … and its length

    assertThat(read(id, event)).isEqualTo("Käse");
  }

  @Test
  void avroEnum_yieldsItsSymbol_andAvroTextIsTheLabelItself() {
    int symbols =
        registry.register(
            "labels-value",
            "AVRO",
            """
            {"type":"record","name":"L","fields":[{"name":"label","type":
              {"type":"enum","name":"Kind","symbols":["cat","dog"]}}]}""");
    int text = registry.register("texts-value", "AVRO", "\"string\"");

    assertThat(read(symbols, new byte[] {2})).isEqualTo("dog");
    assertThat(read(text, avro(" cat "))).isEqualTo("cat");
    assertThatThrownBy(() -> read(symbols, new byte[] {8}))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("does not fit the schema " + symbols);
  }

  @Test
  void protobufAndJson_yieldTheirLabels() throws IOException {
    int protobuf =
        registry.register(
            "labels-value",
            "PROTOBUF",
            "syntax = \"proto3\"; message L { int32 age = 1; string label = 2; }");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte(0);
    out.writeInt32(1, 7);
    out.writeByteArray(2, CAT);
    out.flush();
    int json = registry.register("labels-value", "JSON", "{\"type\":\"object\"}");

    assertThat(read(protobuf, bytes.toByteArray())).isEqualTo("cat");
    assertThat(read(json, "{\"label\":\"cat\"}".getBytes(StandardCharsets.UTF_8))).isEqualTo("cat");
    assertThatThrownBy(() -> read(json, "{\"image\":\"cat\"}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a record with the schema " + json)
        .hasMessageContaining("no label");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"label\",\"type\":\"bytes\"} | \"label\" is of the type bytes, not string",
        "{\"name\":\"label\",\"type\":\"int\"} | \"label\" is of the type int, not string",
        "{\"name\":\"class\",\"type\":\"string\"} | it has no field \"label\""
      })
  void avroRecord_withoutALabel_isRefused(String field, String reason) {
    int id =
        registry.register(
            "labels-value",
            "AVRO",
            "{\"type\":\"record\",\"name\":\"L\",\"fields\":[" + field + "]}");
    assertThatThrownBy(() -> read(id, avro("cat")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a record with the schema " + id)
        .hasMessageContaining(reason);
  }

  @Test
  void labelThatIsNoText_isRefused() {
    int id = registry.register("labels-value", "AVRO", "\"string\"");
    assertThatThrownBy(() -> read(id, new byte[] {2, (byte) 0xff}))
        .isInstanceOf(SerializationException.class);
    assertThatThrownBy(() -> read(id, avro("")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not one line");
    assertThatThrownBy(() -> read(7, avro("cat")))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("schema 7: the schema registry does not know");
  }

  @Test
  void otherLabels_areReadAsWithoutARegistry() {
    assertThat(labels.deserialize("labels", CAT)).isEqualTo("cat");
    assertThat(
            labels.deserialize(
                "labels",
                new RecordHeaders()
                    .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8)),
                "{\"label\":\"cat\"}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("cat");
    assertThat(registry.requests()).isEmpty();
  }

  @Test
  void registryThatIsAway_isAFailure_andNeverTheLabels() {
    registry.refuse(503);
    assertThatThrownBy(() -> read(1, CAT)).isInstanceOf(RegistryException.class);
  }

  @Test
  void valueInTheWireFormat_withoutARegistry_isRefused() {
    Deserializer<String> without = SchemaRegistry.labelDeserializer(Map.of());
    assertThat(without.deserialize("labels", CAT)).isEqualTo("cat");
    assertThatThrownBy(
            () -> without.deserialize("labels", new byte[] {0, 0, 0, 0, 9, 6, 'c', 'a', 't'}))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("schema id 9")
        .hasMessageContaining("no registry is set");
  }
}
