package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reasons for which {@code serve} does not start, through the launcher: the exit code, and one line
 * that says what to do. The service's own tests cover the other reasons.
 */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RefusalTest {

  @TempDir Path folder;

  @Test
  void serve_missingModel_namesThoseThereAre(EmbeddedBroker broker) throws Exception {
    Models.publishRandom(folder.resolve("models"), "random");

    MillraceProcess.Result result =
        MillraceProcess.run(
            folder,
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            "other",
            "--create-topics",
            1);

    assertThat(result.exitCode()).as(result.errors()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors().lines()).as(result.errors()).hasSize(1);
    assertThat(result.errors()).contains("other").contains("random");
  }

  @Test
  void serve_inTheGroupOfARunningService_namesTheTopicsOfBoth(EmbeddedBroker broker)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of())) {
      MillraceProcess.Result result =
          MillraceProcess.run(
              folder,
              "serve",
              "--bootstrap-servers",
              broker.bootstrapServers(),
              "--repository",
              folder.resolve("models"),
              "--model",
              "random",
              "--application-id",
              pipeline.group(),
              "--input",
              "refused-images",
              "--create-topics",
              1);

      assertThat(result.exitCode()).as(result.errors()).isEqualTo(1);
      assertThat(result.errors().lines())
          .last()
          .asString()
          .contains("group '" + pipeline.group() + "' belongs to another service")
          .contains(
              "'" + pipeline.topics.input() + "'", "reads refused-images", "--application-id");
      assertThat(pipeline.service().problems()).isEmpty();
    }
  }
}
