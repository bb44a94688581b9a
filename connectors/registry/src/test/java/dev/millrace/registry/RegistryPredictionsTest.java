package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import dev.millrace.events.Prediction;
import dev.millrace.events.PredictionHeaders;
import dev.millrace.events.Probabilities;
import dev.millrace.events.WireFormat;
import dev.millrace.registry.generated.PredictionMessages;
import dev.millrace.testing.SchemaRegistryStub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegistryPredictionsTest {

  private static final List<Prediction> PREDICTIONS =
      List.of(
          prediction(null, Probabilities.of(0.25f, 0.75f)),
          prediction(null, null),
          prediction(List.of("Käse"), Probabilities.of(0.25f, 0.75f)),
          prediction(List.of(), null),
          prediction(null, Probabilities.of(0.25f, 0.75f)).withRevision("\"9b2cf535\""));

  private SchemaRegistryStub registry;

  @BeforeEach
  void start() throws IOException {
    registry = new SchemaRegistryStub();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static Prediction prediction(List<String> labels, Probabilities probabilities) {
    return new Prediction(
        "cats/1.jpg",
        new Prediction.Model("m", 3, "0".repeat(64)),
        "Käse",
        0.75f,
        List.of(new Prediction.Top(1, "Käse", 0.75f), new Prediction.Top(0, "dog", 0.25f)),
        labels,
        probabilities,
        new Prediction.Source("images", 2, 4_200_000_000L));
  }

  private Serde<Prediction> serde(PredictionSchema schema, String... more) {
    Map<String, String> config =
        more.length == 0
            ? Map.of("schema.registry.url", registry.url())
            : Map.of("schema.registry.url", registry.url(), more[0], more[1]);
    return SchemaRegistry.of(config).predictions(schema);
  }

  private static byte[] write(Serde<Prediction> serde, Prediction prediction) {
    return serde.serializer().serialize("predictions", prediction);
  }

  private static byte[] event(byte[] value) {
    return Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length);
  }

  private static byte[] framed(int id, byte[] event) {
    return WireFormat.frame(id, event.length).put(event).array();
  }

  @ParameterizedTest
  @EnumSource
  void prediction_written_isReadAgain(PredictionSchema schema) {
    Serde<Prediction> serde = serde(schema);
    for (Prediction prediction : PREDICTIONS) {
      Headers headers = PredictionHeaders.of(new RecordHeaders(), prediction, "millrace-m", 1);
      byte[] value = serde.serializer().serialize("predictions", headers, prediction);

      assertThat(value[0]).isZero();
      assertThat(WireFormat.schemaId(value)).isEqualTo(1);
      assertThat(serde.deserializer().deserialize("predictions", headers, value))
          .isEqualTo(prediction);
      assertThat(serde.deserializer().deserialize("predictions", value)).isEqualTo(prediction);
      assertThat(headers.lastHeader("content-type").value())
          .asString()
          .isEqualTo(schema.contentType());
      assertThat(headers.lastHeader("ce_type")).isNotNull();
      byte[] again = serde.serializer().serialize("predictions", headers, prediction);
      assertThat(again).isEqualTo(value);
      assertThat(headers.headers("content-type")).hasSize(1);
    }
    assertThat(serde.serializer().serialize("predictions", null)).isNull();
    assertThat(serde.deserializer().deserialize("predictions", null)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void schema_isRegisteredOnce_underTheTopicsSubject(PredictionSchema schema) {
    Serde<Prediction> serde = serde(schema);
    for (int i = 0; i < 3; i++) {
      write(serde, PREDICTIONS.get(0));
    }
    SchemaRegistry.of(Map.of("schema.registry.url", registry.url()))
        .requireSchema(schema, "predictions");
    assertThat(registry.requests())
        .containsExactly(
            "POST /subjects/predictions-value/versions",
            "POST /subjects/predictions-value/versions");
    assertThat(registry.subjects()).containsExactly(Map.entry("predictions-value", List.of(1)));
  }

  @ParameterizedTest
  @EnumSource
  void schema_isOnlyLookedUp_ifItMustNotBeRegistered(PredictionSchema schema) {
    Serde<Prediction> serde = serde(schema, "auto.register.schemas", "false");
    assertThatThrownBy(() -> write(serde, PREDICTIONS.get(0)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("no such schema in the subject predictions-value; register it");

    registry.register("predictions-value", schema.name(), schema.text());
    assertThat(WireFormat.schemaId(write(serde, PREDICTIONS.get(0)))).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void registryThatRefusesTheSchema_isAFailure(PredictionSchema schema) {
    registry.refuse(409); // it is not compatible with the schemas of the subject
    assertThatThrownBy(() -> write(serde(schema), PREDICTIONS.get(0)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("refuses /subjects/predictions-value/versions with status 409");
  }

  @Test
  void plainJson_isReadToo() {
    byte[] json = Prediction.serde().serializer().serialize("predictions", PREDICTIONS.get(0));
    assertThat(serde(PredictionSchema.AVRO).deserializer().deserialize("predictions", json))
        .isEqualTo(PREDICTIONS.get(0));
  }

  @ParameterizedTest
  @EnumSource
  void valueThatIsNone_isRefused(PredictionSchema schema) {
    Serde<Prediction> serde = serde(schema);
    byte[] whole = write(serde, PREDICTIONS.get(0));
    for (byte[] value :
        new byte[][] {
          {}, {'x'}, framed(7, new byte[] {1}), Arrays.copyOf(whole, whole.length - 5)
        }) {
      assertThatThrownBy(() -> serde.deserializer().deserialize("predictions", value))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("topic predictions holds a value that is not a prediction");
    }
  }

  /**
   * {@return the Avro schema of an imagined later release, which has additional optional fields}
   */
  private static Schema laterAvro() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode schema = (ObjectNode) json.readTree(PredictionSchema.AVRO.text());
    String added = "{\"name\":\"more\",\"type\":[\"null\",\"string\"],\"default\":null}";
    schema.withArray("fields").insert(1, json.readTree(added));
    ((ObjectNode) schema.withArray("fields").get(2).path("type"))
        .withArray("fields")
        .add(json.readTree(added));
    return new Schema.Parser().parse(schema.toString());
  }

  @Test
  void laterAvro_isReadByThisReader_andTheReverse() throws IOException {
    Schema later = laterAvro();
    for (List<Schema> pair :
        List.of(List.of(later, AvroPredictions.SCHEMA), List.of(AvroPredictions.SCHEMA, later))) {
      assertThat(
              SchemaCompatibility.checkReaderWriterCompatibility(pair.get(0), pair.get(1))
                  .getType())
          .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
    Serde<Prediction> serde = serde(PredictionSchema.AVRO);
    for (Prediction prediction : PREDICTIONS) {
      byte[] ours = event(write(serde, prediction));
      GenericRecord read =
          new GenericDatumReader<GenericRecord>(AvroPredictions.SCHEMA, later)
              .read(null, DecoderFactory.get().binaryDecoder(ours, null));
      assertThat(read.get("id")).hasToString("cats/1.jpg");
      assertThat(read.get("more")).isNull();

      GenericRecord written = GenericData.get().deepCopy(later, read);
      written.put("more", "new");
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(later).write(written, out);
      out.flush();
      int id = registry.register("predictions-value", "AVRO", later.toString());
      assertThat(serde.deserializer().deserialize("predictions", framed(id, bytes.toByteArray())))
          .isEqualTo(prediction);
    }
  }

  @Test
  void earlierAvro_isReadByThisReader_andTheReverse() throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(PredictionSchema.AVRO.text());
    ArrayNode fields = json.withArray("fields");
    fields.remove(fields.size() - 1); // "revision", which was added after release 0.2.0
    Schema earlier = new Schema.Parser().parse(json.toString());

    for (List<Schema> pair :
        List.of(
            List.of(earlier, AvroPredictions.SCHEMA), List.of(AvroPredictions.SCHEMA, earlier))) {
      assertThat(
              SchemaCompatibility.checkReaderWriterCompatibility(pair.get(0), pair.get(1))
                  .getType())
          .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
    assertThat(earlier.getField("revision")).isNull();
    assertThat(earlier.getField("source")).isNotNull();
  }

  @Test
  void laterProtobuf_isReadByThisReader_andTheReverse() throws Exception {
    DescriptorProtos.FileDescriptorProto.Builder file =
        PredictionMessages.getDescriptor().toProto().toBuilder();
    file.getMessageTypeBuilder(0)
        .addFieldBuilder()
        .setName("more")
        .setNumber(100)
        .setType(DescriptorProtos.FieldDescriptorProto.Type.TYPE_STRING)
        .setLabel(DescriptorProtos.FieldDescriptorProto.Label.LABEL_OPTIONAL);
    Descriptors.Descriptor later =
        Descriptors.FileDescriptor.buildFrom(file.build(), new Descriptors.FileDescriptor[0])
            .getMessageTypes()
            .get(0);
    Serde<Prediction> serde = serde(PredictionSchema.PROTOBUF);
    for (Prediction prediction : PREDICTIONS) {
      byte[] ours = event(write(serde, prediction));
      DynamicMessage read =
          DynamicMessage.parseFrom(later, Arrays.copyOfRange(ours, 1, ours.length));
      assertThat(read.getField(later.findFieldByName("id"))).isEqualTo("cats/1.jpg");

      byte[] message =
          read.toBuilder().setField(later.findFieldByName("more"), "new").build().toByteArray();
      byte[] indexed = new byte[1 + message.length];
      System.arraycopy(message, 0, indexed, 1, message.length);
      int id = registry.register("predictions-value", "PROTOBUF", "later");
      assertThat(serde.deserializer().deserialize("predictions", framed(id, indexed)))
          .isEqualTo(prediction);
    }
  }

  @Test
  void laterJson_isReadByThisReader() {
    int id = registry.register("predictions-value", "JSON", "{}");
    for (Prediction prediction : PREDICTIONS) {
      String json =
          new String(
              event(write(serde(PredictionSchema.JSON), prediction)), StandardCharsets.UTF_8);
      byte[] later =
          json.replace("\"model\":{", "\"more\":[1],\"model\":{\"more\":{},")
              .getBytes(StandardCharsets.UTF_8);
      assertThat(
              serde(PredictionSchema.JSON)
                  .deserializer()
                  .deserialize("predictions", framed(id, later)))
          .isEqualTo(prediction);
    }
  }

  @Test
  void wireFormat_isConfluents() {
    byte[] value = write(serde(PredictionSchema.PROTOBUF), PREDICTIONS.get(0));
    assertThat(Arrays.copyOf(value, 8))
        .as("magic byte 0, id 1, message index 0, and the field 1 with its length")
        .containsExactly(0, 0, 0, 0, 1, 0, 10, 10);
  }
}
