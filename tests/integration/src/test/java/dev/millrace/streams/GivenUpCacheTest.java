package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A task gives up its work before a commit. Kafka Streams then still flushes the cache of another
 * store of the task.
 */
class GivenUpCacheTest extends GivenUpTasks {

  private static final String STORE = "counts";
  private static final Duration AWAY = Duration.ofSeconds(2);

  private final StuckTask.Progress progress = new StuckTask.Progress();

  @AfterEach
  void release() {
    progress.away = false;
  }

  /** Counts the records of each key. The records of one partition have different keys. */
  private static final class Counting extends ContextualFixedKeyProcessor<byte[], byte[], Void> {
    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      KeyValueStore<byte[], Integer> counts = context().getStateStore(STORE);
      Integer count = counts.get(record.key());
      counts.put(record.key(), count == null ? 1 : count + 1);
    }
  }

  @Test
  void recordsOfATaskThatGivesUp_areCountedOnce_underExactlyOnce() throws Exception {
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    KStream<byte[], byte[]> input = input();
    input.processValues(new LateTask.Supplier(progress));
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STORE), Serdes.ByteArray(), Serdes.Integer())
            .withCachingEnabled());
    input.processValues(Counting::new, STORE);
    try (KafkaStreams streams = start(StreamsConfig.EXACTLY_ONCE_V2, "one")) {
      progress.awaitProcessed(AWAY);
      await().atMost(PATIENCE).until(() -> committed().equals(Set.of((long) RECORDS)));
    }

    Map<String, Integer> counts = counts();
    assertThat(counts)
        .hasSize(PARTITIONS * RECORDS)
        .allSatisfy((key, count) -> assertThat(count).isEqualTo(1));
  }

  /** Returns the last committed count of each partition and key. */
  private Map<String, Integer> counts() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put("isolation.level", "read_committed");
    Map<String, Integer> counts = new HashMap<>();
    try (KafkaConsumer<byte[], Integer> reader =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new IntegerDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(i -> new TopicPartition(topic + "-" + STORE + "-changelog", i))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      while (partitions.stream().anyMatch(at -> reader.position(at) < ends.get(at))) {
        for (ConsumerRecord<byte[], Integer> record : reader.poll(Duration.ofMillis(100))) {
          counts.put(record.partition() + "-" + record.key()[0], record.value());
        }
      }
    }
    return counts;
  }
}
