package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

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
 * Images in Avro go through a service, which writes predictions in one format.
 *
 * @param url the address of a schema registry
 * @param schemaId the id of {@link #PHOTO} in the registry
 */
record RegistryScenario(String url, int schemaId) {

  /** The schema of the images. */
  static final String PHOTO =
      """
      {"type":"record","name":"Photo","namespace":"com.example","fields":\
      [{"name":"camera","type":"string"},{"name":"jpeg","type":"bytes"}]}""";

  /** An id that no schema has. */
  private static final int UNKNOWN = 1_000_000;

  void run(EmbeddedBroker broker, ModelVersion model, OutputFormat format) throws Exception {
    byte[] jpeg = Images.noise("jpg", 64, 48, 1);
    Map<String, String> keys = Map.of("image.field", "jpeg", "schema.registry.url", url);
    try (Pipeline pipeline = Pipeline.start(broker, model, new EventFormats(keys, format))) {
      pipeline.send(
          List.of(
              pipeline.image("avro", photo(schemaId, jpeg)),
              pipeline.image("plain", jpeg),
              pipeline.image("unknown", photo(UNKNOWN, jpeg)),
              pipeline.image("avro again", photo(schemaId, jpeg))));

      List<ConsumerRecord<String, Prediction>> predictions =
          pipeline.predictions(3, SchemaRegistry.of(keys).predictions());
      assertThat(predictions)
          .extracting(ConsumerRecord::key)
          .containsExactly("avro", "plain", "avro again");
      assertThat(predictions)
          .allSatisfy(
              record -> {
                assertThat(record.value().id()).isEqualTo(record.key());
                assertThat(record.value().probabilities())
                    .isEqualTo(predictions.get(0).value().probabilities());
              });
      ConsumerRecord<String, byte[]> letter = pipeline.deadLetters(1).get(0);
      assertThat(letter.key()).isEqualTo("unknown");
      assertThat(letter.value()).isEqualTo(photo(UNKNOWN, jpeg));
      assertThat(
              new String(
                  letter.headers().lastHeader("__streams.errors.message").value(),
                  StandardCharsets.UTF_8))
          .contains("schema " + UNKNOWN, "does not know");
    }
  }

  /** An image in Avro, as Confluent's serializer writes it. */
  private static byte[] photo(int schemaId, byte[] jpeg) throws IOException {
    Schema schema = new Schema.Parser().parse(PHOTO);
    GenericRecord photo = new GenericData.Record(schema);
    photo.put("camera", "north");
    photo.put("jpeg", ByteBuffer.wrap(jpeg));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(photo, out);
    out.flush();
    return WireFormat.frame(schemaId, bytes.size()).put(bytes.toByteArray()).array();
  }
}
