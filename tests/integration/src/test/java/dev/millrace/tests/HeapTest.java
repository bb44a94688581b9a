package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.streams.sending.DeadLetter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a record that is small on the broker, because it is compressed, but does not fit in the
 * service's heap.
 */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class HeapTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int ZEROS = 150 << 20;

  @TempDir Path folder;

  @Test
  void recordThatDoesNotFit_endsTheServiceInALine_andCanBeSkipped(EmbeddedBroker broker)
      throws Exception {
    sendTooMuch("exactly_once_v2", broker);
  }

  @Test
  @Tag("nightly")
  @Tag("poison")
  void recordThatDoesNotFit_endsTheServiceInALine_withAtLeastOnce(EmbeddedBroker broker)
      throws Exception {
    sendTooMuch("at_least_once", broker);
  }

  private void sendTooMuch(String guarantee, EmbeddedBroker broker) throws Exception {
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
    Poison poison = new Poison(pipeline);
    poison.send("bomb", poison.record(PoisonScenario.key("bomb", 4), new byte[ZEROS]), true);
    String bomb = pipeline.topics.input() + "-0@" + poison.offset("bomb");

    try (MillraceProcess serve = serve(pipeline, guarantee, "--top", 3)) {
      assertThat(serve.await(PATIENCE)).isEqualTo(1);
      assertThat(serve.errors().lines().filter(line -> line.startsWith("millrace serve: ")))
          .singleElement()
          .asString()
          .contains(bomb, "-Xmx", "--skip " + bomb)
          .containsPattern("the heap of 9\\d MiB"); // not all collectors count all of -Xmx96m
    }

    try (MillraceProcess serve = serve(pipeline, guarantee, "--skip", bomb)) {
      poison.requireOneAnswerEach();
      assertThat(poison.deadLetter("bomb").value()).isNull();
      assertThat(poison.deadLetter("bomb").headers().lastHeader(DeadLetter.STUB)).isNotNull();
      serve.terminate();
      assertThat(serve.await(PATIENCE)).isEqualTo(143);
    }
  }

  private MillraceProcess serve(Pipeline pipeline, String guarantee, Object... more)
      throws Exception {
    Object[] command = {
      "serve",
      "--bootstrap-servers",
      pipeline.bootstrapServers(),
      "--repository",
      folder.resolve("models"),
      "--model",
      "random",
      "--input",
      pipeline.topics.input(),
      "--output",
      pipeline.topics.output(),
      "--application-id",
      pipeline.topics.input(),
      "--guarantee",
      guarantee,
      more[0],
      more[1]
    };
    return MillraceProcess.start(folder, "-Xmx96m", command);
  }
}
