package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.StartRefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests two services with different input topics that join the same group. They start at the same
 * time, so neither service finds the other one in the group when it starts.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class SameGroupTest {

  private static final int IMAGES = 20;

  @TempDir Path folder;

  private static Pipeline prepare(
      EmbeddedBroker broker, ModelVersion model, Map<String, String> kafka) throws Exception {
    return Pipeline.prepare(
        broker,
        Pipeline.inference(model).build(),
        2,
        kafka,
        OnBadImage.DEAD_LETTER,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  private static void send(Pipeline pipeline) throws Exception {
    List<ProducerRecord<String, byte[]>> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      images.add(pipeline.image("image-" + i, Images.noise("png", 32, 32, i)));
    }
    pipeline.send(images);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void oneEnds_andSaysWhy_andTheOtherAnswersEverything(String protocol, EmbeddedBroker broker)
      throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    String group = "same-group-" + protocol;
    Map<String, String> kafka = Map.of("application.id", group, "group.protocol", protocol);
    try (Pipeline one = prepare(broker, model, kafka);
        Pipeline other = prepare(broker, model, kafka)) {
      send(one);
      send(other);
      one.launch();
      other.launch();

      CompletableFuture<Void> end = one.service().ended();
      CompletableFuture<Void> otherEnd = other.service().ended();
      assertThatThrownBy(() -> CompletableFuture.anyOf(end, otherEnd).get())
          .hasCauseInstanceOf(StartRefusedException.class)
          .hasMessageContaining("'" + group + "' belongs to another service")
          .hasMessageContaining("--application-id");
      Pipeline refused = end.isDone() ? one : other;
      Pipeline left = end.isDone() ? other : one;
      refused.stop();

      assertThat(left.predictions(IMAGES)).hasSize(IMAGES);
      assertThat(left.service().ended()).isNotDone();
    }
  }
}
