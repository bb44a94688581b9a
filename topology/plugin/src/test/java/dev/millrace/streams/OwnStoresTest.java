package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeModel;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that a user's own state stores work in a topology with an inference, without further
 * dependencies.
 */
@Tag("build-kafka")
class OwnStoresTest {

  @TempDir private Path folder;

  /** By default, Kafka Streams' {@code count} keeps its store in RocksDB. */
  @Test
  void predictions_areCounted() {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    StreamsBuilder builder = new StreamsBuilder();
    try (ImageInference<String> inference = FakeInference.of(new FakeModel(), 8)) {
      builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
          .processValues(inference)
          .groupBy(
              (key, prediction) -> prediction.label(),
              Grouped.with(Serdes.String(), Prediction.serde()))
          .count(Materialized.as("counts"));
      try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), config)) {
        TestInputTopic<String, byte[]> images =
            driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
        images.pipeInput("a", new byte[] {7});
        images.pipeInput("b", new byte[] {7});
        images.pipeInput("c", new byte[] {3});

        assertThat(driver.<String, Long>getKeyValueStore("counts").get("class-7")).isEqualTo(2);
        assertThat(driver.<String, Long>getKeyValueStore("counts").get("class-3")).isEqualTo(1);
      }
    }
  }
}
