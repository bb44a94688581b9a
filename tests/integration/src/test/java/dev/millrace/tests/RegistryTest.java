package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OutputFormat;
import dev.millrace.testing.SchemaRegistryStub;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
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
  void imagesByTheirSchemas_getPredictions(OutputFormat format, EmbeddedBroker broker) throws Exception {
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
}
