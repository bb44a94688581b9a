package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
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

@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class StreamsSessionTest {

  @TempDir Path folder;

  @Test
  void groupOfTheStreamsProtocol_hasASessionOfTenSeconds(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    String group = "streams-session-test";
    ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
    try (Pipeline pipeline =
            Pipeline.start(
                broker, model, 1, Map.of("group.protocol", "streams", "application.id", group));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      pipeline.send(List.of(pipeline.image("one", Images.noise("png", 32, 32, 1))));
      assertThat(pipeline.predictions(1)).hasSize(1);

      assertThat(
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get()
                  .get(resource)
                  .get("streams.session.timeout.ms")
                  .value())
          .isEqualTo("10000");
    }
  }
}
