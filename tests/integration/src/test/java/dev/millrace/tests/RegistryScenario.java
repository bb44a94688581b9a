package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.events.WireFormat;
import dev.millrace.registry.SchemaRegistry;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.OutputFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A test with a schema registry: a service reads images in Avro, in Protobuf and in JSON with a
 * schema, and writes predictions in one format.
 *
 * @param url the address of a schema registry
 * @param avro the id of {@link #AVRO} in the registry
 * @param protobuf the id of {@link #PROTOBUF} in the registry
 * @param json the id of {@link #JSON} in the registry
 */
record RegistryScenario(String url, int avro, int protobuf, int json) {

  /** The schema of images in Avro. */
  static final String AVRO =
      """
      {"type":"record","name":"Photo","namespace":"com.example","fields":\
      [{"name":"camera","type":"string"},{"name":"jpeg","type":"bytes"}]}""";

  /** The schema of images in Protobuf. The image is in the second message. */
  static final String PROTOBUF =
      "syntax = \"proto3\"; package com.example; message Camera { string name = 1; }"
          + " message Photo { Camera camera = 1; bytes jpeg = 2; }";

  /** The schema of images in JSON. */
  static final String JSON =
      """
      {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":\
      {"camera":{"type":"string"},"jpeg":{"type":"string"}},"required":["jpeg"]}""";

  /** An id that no schema has. */
  private static final int UNKNOWN = 1_000_000;

  void run(EmbeddedBroker broker, ModelVersion model, OutputFormat format) throws Exception {
    byte[] jpeg = Images.noise("jpg", 64, 48, 1);
    Map<String, String> keys = Map.of("image.field", "jpeg", "schema.registry.url", url);
    try (Pipeline pipeline = Pipeline.start(broker, model, new EventFormats(keys, format))) {
      pipeline.send(
          List.of(
              pipeline.image("avro", avro(avro, jpeg)),
              pipeline.image("protobuf", protobuf(jpeg)),
              pipeline.image("json", jsonImage(json, "jpeg", jpeg)),
              pipeline.image("plain", jpeg),
              pipeline.image("unknown", avro(UNKNOWN, jpeg)),
              pipeline.image("no jpeg", framed(json, bytes("{\"camera\":\"north\"}"))),
              pipeline.image("avro again", avro(avro, jpeg))));

      List<ConsumerRecord<String, Prediction>> predictions =
          pipeline.predictions(5, SchemaRegistry.of(keys).predictions());
      assertThat(predictions)
          .extracting(ConsumerRecord::key)
          .containsExactly("avro", "protobuf", "json", "plain", "avro again");
      assertThat(predictions)
          .allSatisfy(
              record -> {
                assertThat(record.value().id()).isEqualTo(record.key());
                assertThat(record.value().probabilities())
                    .isEqualTo(predictions.get(0).value().probabilities());
              });
      List<ConsumerRecord<String, byte[]>> letters = pipeline.deadLetters(2);
      assertThat(letters).extracting(ConsumerRecord::key).containsExactly("unknown", "no jpeg");
      assertThat(letters.get(0).value()).isEqualTo(avro(UNKNOWN, jpeg));
      assertThat(reason(letters.get(0))).contains("schema " + UNKNOWN, "does not know");
      assertThat(reason(letters.get(1))).contains("schema " + json, "no field \"jpeg\"");
    }
  }

  private static String reason(ConsumerRecord<String, byte[]> letter) {
    return new String(
        letter.headers().lastHeader("__streams.errors.message").value(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] framed(int schemaId, byte[] event) {
    return WireFormat.frame(schemaId, event.length).put(event).array();
  }

  /** Returns an image in JSON, as Confluent's serializer writes it. */
  static byte[] jsonImage(int schemaId, String field, byte[] jpeg) {
    String image = Base64.getEncoder().encodeToString(jpeg);
    return framed(schemaId, bytes("{\"camera\":\"north\",\"" + field + "\":\"" + image + "\"}"));
  }

  /** Returns an image in Avro with the schema {@code "bytes"}. */
  static byte[] avroBytes(int schemaId, byte[] jpeg) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
    out.writeBytes(jpeg);
    out.flush();
    return framed(schemaId, bytes.toByteArray());
  }

  /**
   * Returns an image in Protobuf, as Confluent's serializer writes it, with the message indexes
   * [1].
   */
  private byte[] protobuf(byte[] jpeg) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeSInt32NoTag(1);
    out.writeSInt32NoTag(1);
    out.writeByteArray(1, new byte[] {1 << 3 | 2, 1, 'n'});
    out.writeByteArray(2, jpeg);
    out.flush();
    return framed(protobuf, bytes.toByteArray());
  }

  /** Returns an image in Avro, as Confluent's serializer writes it. */
  private static byte[] avro(int schemaId, byte[] jpeg) throws IOException {
    Schema schema = new Schema.Parser().parse(AVRO);
    GenericRecord photo = new GenericData.Record(schema);
    photo.put("camera", "north");
    photo.put("jpeg", ByteBuffer.wrap(jpeg));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(photo, out);
    out.flush();
    return framed(schemaId, bytes.toByteArray());
  }
}
