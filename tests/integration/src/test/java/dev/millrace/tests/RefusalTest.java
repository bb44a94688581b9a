package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ControlTopic;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code serve} as a user does, and tests some of the reasons for which it refuses to start.
 * Checks the exit code and the error line, which says what to do. The tests in the module {@code
 * service} cover more reasons.
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

  /**
   * Two problems do not prevent the start. {@code serve} reports that the topics' record limits do
   * not fit together, and corrects the cleanup policy of the control topic.
   */
  @Test
  void serve_tellsOfLimitsThatDoNotFit_andHasTheControlTopicKeepChampions(EmbeddedBroker broker)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    // The test needs only the pipeline's topics. The service runs in a separate process.
    Pipeline pipeline =
        Pipeline.prepare(
            broker,
            Pipeline.inference(model).build(),
            1,
            Map.of(),
            OnBadImage.DEAD_LETTER,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    pipeline.alter(pipeline.topics.input(), Map.of("max.message.bytes", "10485760"));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      TopicCreation.createControl(admin);
      pipeline.alter(ControlTopic.NAME, Map.of("cleanup.policy", "delete"));

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
              "--input",
              pipeline.topics.input(),
              "--output",
              pipeline.topics.output());

      assertThat(result.exitCode()).as(result.errors()).isEqualTo(1);
      assertThat(result.errors()).contains("takes records of 10485760 bytes");
      ConfigResource control = new ConfigResource(ConfigResource.Type.TOPIC, ControlTopic.NAME);
      assertThat(
              admin
                  .describeConfigs(List.of(control))
                  .all()
                  .get()
                  .get(control)
                  .get("cleanup.policy")
                  .value())
          .isEqualTo("compact");
    }
  }
}
