package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests values with a schema (Avro and Protobuf). The test writes the bytes of the values without a
 * schema registry.
 */
@Timeout(60)
class SchemaValuesTest {

  private static final Schema PHOTO =
      SchemaBuilder.record("Photo")
          .fields()
          .requiredString("camera")
          .requiredBytes("jpeg")
          .name("animal")
          .type()
          .nullable()
          .stringType()
          .noDefault()
          .endRecord();

  private static final Serde<GenericRecord> AVRO =
      Serdes.serdeFrom((topic, photo) -> write(photo), (topic, bytes) -> read(bytes));

  private static final Serde<Any> PROTOBUF =
      Serdes.serdeFrom((topic, message) -> message.toByteArray(), (topic, bytes) -> parse(bytes));

  @TempDir Path models;

  private InferenceConfig config() {
    FakeInference.publish(models);
    return InferenceConfig.of(models, FakeInference.MODEL);
  }

  private static byte[] write(GenericRecord photo) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(PHOTO).write(photo, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GenericRecord read(byte[] bytes) {
    try {
      return new GenericDatumReader<GenericRecord>(PHOTO)
          .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Any parse(byte[] bytes) {
    try {
      return Any.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one value through a topology, and returns the result. */
  private static <V> V classified(V value, Serde<V> serde, InferenceBuilder<String, V, V> builder) {
    StreamsBuilder topology = new StreamsBuilder();
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG, "schema-values",
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1"));
    try (Inference<String, V, V> inference = builder.build()) {
      topology.stream("in", Consumed.with(Serdes.String(), serde))
          .processValues(inference)
          .to("out", Produced.with(Serdes.String(), serde));
      try (TopologyTestDriver driver = new TopologyTestDriver(topology.build(), properties)) {
        driver
            .createInputTopic("in", new StringSerializer(), serde.serializer())
            .pipeInput("key", value);
        return driver
            .createOutputTopic("out", new StringDeserializer(), serde.deserializer())
            .readValue();
      }
    }
  }

  @Test
  void avroRecord_keepsItsFields_andGetsTheLabel() {
    GenericRecord photo = new GenericData.Record(PHOTO);
    photo.put("camera", "north");
    photo.put("jpeg", ByteBuffer.wrap(new byte[] {7}));

    GenericRecord seen =
        classified(
            photo,
            AVRO,
            FakeInference.<GenericRecord>builder(
                    config(),
                    new FakeModel(),
                    value -> Utils.toArray((ByteBuffer) value.get("jpeg")))
                .result(SchemaValuesTest::withAnimal));

    assertThat(seen.get("camera")).hasToString("north");
    assertThat(seen.get("animal")).hasToString("class-7");
  }

  private static GenericRecord withAnimal(GenericRecord photo, Prediction prediction) {
    GenericRecord seen = new GenericData.Record((GenericData.Record) photo, true);
    seen.put("animal", prediction.label());
    return seen;
  }

  @Test
  void protobufMessage_keepsItsFields_andGetsTheLabel() {
    Any photo =
        Any.newBuilder()
            .setTypeUrl("camera/north")
            .setValue(ByteString.copyFrom(new byte[] {7}))
            .build();

    Any seen =
        classified(
            photo,
            PROTOBUF,
            FakeInference.<Any>builder(
                    config(), new FakeModel(), value -> value.getValue().toByteArray())
                .result(
                    (value, prediction) ->
                        value.toBuilder()
                            .setTypeUrl(value.getTypeUrl() + "/" + prediction.label())
                            .build()));

    assertThat(seen.getTypeUrl()).isEqualTo("camera/north/class-7");
    assertThat(seen.getValue().toByteArray()).containsExactly(7);
  }
}
