package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class RestartTest {

  private static final int IMAGES = 2_000;

  @TempDir Path folder;

  /**
   * A clean stop answers the images in flight and commits their offsets, so no image gets two
   * answers, not even with at-least-once processing.
   */
  @ParameterizedTest
  @CsvSource({
    "at_least_once,classic",
    "at_least_once,streams",
    "exactly_once_v2,classic",
    "exactly_once_v2,streams"
  })
  void serviceStoppedInMidStream_losesAndDoublesNothing(
      String guarantee, String protocol, EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder, "random");
    byte[] image = Images.noise("jpg", 64, 64, 1);
    List<String> keys = IntStream.range(0, IMAGES).mapToObj(Integer::toString).toList();
    try (Pipeline pipeline =
        Pipeline.start(
            broker,
            model,
            4,
            Map.of(
                "processing.guarantee",
                guarantee,
                "group.protocol",
                protocol,
                "num.stream.threads",
                "2"))) {
      pipeline.send(keys.stream().map(key -> pipeline.image(key, image)).toList());
      // Test classes run in parallel, and stream threads of other tests may fail. Those failures
      // must not end this wait.
      await()
          .dontCatchUncaughtExceptions()
          .until(
              () ->
                  pipeline.registry.get("millrace.inference.request.success").counter().count()
                      > 0);
      pipeline.stop();
      assertThat(pipeline.predictions(1).size())
          .as("answered before the restart")
          .isLessThan(IMAGES);
      pipeline.start();
      assertThat(pipeline.predictions(IMAGES))
          .extracting(ConsumerRecord::key)
          .containsExactlyInAnyOrderElementsOf(keys);
    }
  }
}
