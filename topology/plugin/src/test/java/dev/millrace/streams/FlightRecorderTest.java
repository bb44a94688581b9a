package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the events of the JDK Flight Recorder for batches and swaps. */
class FlightRecorderTest {

  private static final int IMAGES = 5;

  @TempDir Path folder;

  private final FakeModel model = new FakeModel();

  @Test
  void batchesAndSwaps_areRecorded() throws Exception {
    FakeInference.publish(folder);
    FakeInference.publish(folder);
    try (Recording recording = new Recording()) {
      recording.enable("dev.millrace.Batch");
      recording.enable("dev.millrace.Swap");
      recording.start();

      run();

      recording.stop();
      Path file = folder.resolve("events.jfr");
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);
      assertThat(named(events, "dev.millrace.Batch"))
          .hasSize(IMAGES)
          .allSatisfy(
              batch -> {
                assertThat(batch.getString("model")).isEqualTo(FakeInference.MODEL);
                assertThat(batch.getInt("version")).isEqualTo(1);
                assertThat(batch.getString("device")).isEqualTo("cpu");
                assertThat(batch.getInt("images")).isEqualTo(1);
                assertThat(batch.getBoolean("answered")).isTrue();
              });
      assertThat(named(events, "dev.millrace.Swap"))
          .extracting(
              swap -> swap.getInt("previous"),
              swap -> swap.getInt("version"),
              swap -> swap.getString("outcome"))
          .containsExactly(tuple(1, 2, "swapped"), tuple(2, 9, "rejected"));
    }
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  /**
   * Classifies images with version 1, swaps to version 2, and tries to swap to version 9, which
   * does not exist.
   */
  private void run() {
    try (Inference<String, ImageEvent, Prediction> inference = inference()) {
      var unused = inference.start();
      StreamsBuilder builder = new StreamsBuilder();
      builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
          .processValues(inference);
      Properties configuration = new Properties();
      configuration.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
      configuration.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
      try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), configuration)) {
        var images =
            driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
        for (int i = 0; i < IMAGES; i++) {
          images.pipeInput("image", new byte[] {1}); // a commit follows, so each is a batch
        }
        var unusedSwap = inference.swap(2, false);
        assertThatThrownBy(() -> inference.swap(9, false)).isNotNull();
      }
    }
  }

  private Inference<String, ImageEvent, Prediction> inference() {
    EngineConfig engine =
        new EngineConfig(List.of(Device.CPU), 4, Duration.ZERO, 1, 1, ImageLimits.DEFAULT);
    return ImageInference.<String>builder(
            new InferenceConfig(
                new ModelRepository(folder), FakeInference.MODEL, 1, engine, 8, 1, false))
        .runtime(model, () -> new FakeDecoder(new CountDownLatch(0)))
        .registry(new SimpleMeterRegistry())
        .build();
  }
}
