package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.OutputFormat;
import dev.millrace.testing.SchemaRegistryStub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that the service reads and writes events whose schemas are in a registry. */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class RegistryTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"AVRO", "JSON"})
  void imagesByTheirSchemas_getPredictions(OutputFormat format, EmbeddedBroker broker)
      throws Exception {
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      new RegistryScenario(
              registry.url(),
              registry.register("images-value", "AVRO", RegistryScenario.AVRO),
              registry.register("images-value", "PROTOBUF", RegistryScenario.PROTOBUF),
              registry.register("images-value", "JSON", RegistryScenario.JSON))
          .run(broker, Models.publishRandom(folder, "random"), format);

      assertThat(registry.subjects()).hasSize(format == OutputFormat.AVRO ? 2 : 1);
    }
  }

  /**
   * Another server answers in place of the registry, for example a proxy that cannot reach the
   * registry. The service waits, and no image becomes a dead letter.
   */
  @Test
  void serverThatIsNoRegistry_losesNoImage(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    byte[] jpeg = Images.noise("jpg", 64, 48, 1);
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      int first = registry.register("images-value", "AVRO", "\"bytes\"");
      int second = registry.register("images-value", "JSON", "{\"type\":\"object\"}");
      Map<String, String> keys = Map.of("schema.registry.url", registry.url());
      try (Pipeline pipeline =
          Pipeline.start(broker, model, new EventFormats(keys, OutputFormat.JSON))) {
        pipeline.send(List.of(pipeline.image("before", RegistryScenario.avroBytes(first, jpeg))));
        assertThat(pipeline.predictions(1)).hasSize(1);
        registry.answerAll(404, "<html>nothing here</html>");
        pipeline.send(
            List.of(
                pipeline.image("known", RegistryScenario.avroBytes(first, jpeg)),
                pipeline.image("new", RegistryScenario.jsonImage(second, "image", jpeg)),
                pipeline.image("after", jpeg)));
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> Collections.frequency(registry.requests(), "GET /schemas/ids/2") > 1);
        registry.answerAll(0, null);

        assertThat(pipeline.predictions(4))
            .extracting(ConsumerRecord::key)
            .contains("before", "known", "new", "after")
            .containsSubsequence("new", "after");
        assertThat(pipeline.deadLetters(0)).isEmpty();
      }
    }
  }
}
