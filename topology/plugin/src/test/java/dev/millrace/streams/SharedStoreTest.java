package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeModel;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests a store with a cache that processors before and behind an inference use. */
@Timeout(60)
class SharedStoreTest {

  private static final String STORE = "labels";

  /** Uses the store, so that Kafka Streams flushes the store before the commit barrier. */
  private static final class Before
      extends ContextualFixedKeyProcessor<String, ImageEvent, ImageEvent> {
    @Override
    public void process(FixedKeyRecord<String, ImageEvent> record) {
      context().forward(record);
    }
  }

  private static final class Behind extends ContextualFixedKeyProcessor<String, Prediction, Void> {
    @Override
    public void process(FixedKeyRecord<String, Prediction> record) {
      KeyValueStore<String, String> store = context().getStateStore(STORE);
      store.put(record.key(), record.value().label());
    }
  }

  /** With exactly-once, the driver's changelog has only writes before a commit. */
  @Test
  void writeBehindTheInference_isCommittedWithItsRecord() {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.String())
            .withCachingEnabled());
    try (ImageInference<String> inference = FakeInference.of(new FakeModel(), 8)) {
      builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
          .processValues(Before::new, STORE)
          .processValues(inference)
          .processValues(Behind::new, STORE);
      try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), config)) {
        driver
            .createInputTopic("images", new StringSerializer(), new ByteArraySerializer())
            .pipeInput("a", new byte[] {7});

        assertThat(
                driver
                    .createOutputTopic(
                        "test-labels-changelog", new StringDeserializer(), new StringDeserializer())
                    .readKeyValuesToMap())
            .containsEntry("a", "class-7");
      }
    }
  }
}
