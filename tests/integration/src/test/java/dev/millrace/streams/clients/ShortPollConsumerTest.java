package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.streams.PromptClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * A {@link ShortPollConsumer} keeps fetched records back for later polls. For Kafka Streams, these
 * records must look like records that were not read yet.
 */
class ShortPollConsumerTest extends ShortPollRig {

  @Test
  void keptRecords_wereNotReadYet() {
    assign();

    assertThat(poll()).containsExactly(0L, 1L, 2L);

    assertThat(consumer.position(partition)).isEqualTo(3);
    assertThat(consumer.position(partition, PATIENCE)).isEqualTo(3);
    assertThat(consumer.currentLag(partition)).isEqualTo(OptionalLong.of(RECORDS - 3));
    assertThat(poll()).containsExactly(3L, 4L, 5L);
    assertThat(poll()).containsExactly(6L, 7L, 8L);
    assertThat(poll()).containsExactly(9L);
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  @Test
  void afterASeek_theRecordsAreThoseOfItsPosition() {
    assign();

    poll();
    consumer.seek(partition, 1);
    assertThat(consumer.position(partition)).isEqualTo(1);
    assertThat(poll()).containsExactly(1L, 2L, 3L);

    consumer.seek(partition, new OffsetAndMetadata(0));
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.seekToBeginning(List.of());
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.seekToEnd(List.of(partition));
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** A task of Kafka Streams may still know the position before the seek. */
  @Test
  void offsetBeyondTheReturnedRecords_isNotCommitted() {
    assign();
    poll();
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3)));

    consumer.seek(partition, 1);
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(9)));
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(8)), PATIENCE);
    consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(7)), null);
    assertThat(committed()).isEqualTo(3);

    poll();
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(5)));
    assertThat(committed()).isEqualTo(3);
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(4)));
    assertThat(committed()).isEqualTo(4);
  }

  private long committed() {
    try (KafkaConsumer<byte[], byte[]> other =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return other.committed(Set.of(partition)).get(partition).offset();
    }
  }

  @Test
  void keptRecordsBeforeATruncation_areReturned_andTheOthersAreReadAgain() {
    assign();
    poll();

    consumer.seekToTruncation(partition, new OffsetAndMetadata(8));

    assertThat(consumer.position(partition)).isEqualTo(3);
    List<Long> offsets = new ArrayList<>();
    while (offsets.size() < RECORDS - 3) {
      offsets.addAll(poll());
    }
    assertThat(offsets).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);

    consumer.seek(partition, 0);
    poll();
    consumer.seekToTruncation(partition, new OffsetAndMetadata(2));
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /** Like Kafka's consumer, although it is configured without {@code auto.offset.reset}. */
  @Test
  void positionOfAPartition_isKnown_althoughAnotherHasNoOffset() {
    try (Consumer<byte[], byte[]> prompt = new PromptClients().getConsumer(config)) {
      prompt.assign(List.of(partition, new TopicPartition(topic, 1)));
      prompt.seekToBeginning(List.of(partition));

      assertThat(prompt.position(partition)).isZero();
    }
  }

  /**
   * Kafka Streams commits the positions that a poll reports. The marker at the end of a transaction
   * moves the position of Kafka's consumer, while records before the marker are kept.
   */
  @Test
  void polledPosition_isNeverBehindKeptRecords() {
    TopicPartition other = new TopicPartition(topic, 1);
    Map<String, Object> transactional = new HashMap<>(config);
    transactional.keySet().retainAll(Set.of("bootstrap.servers"));
    transactional.put("transactional.id", topic);
    consumer.assign(Set.of(partition, other));
    consumer.seek(partition, RECORDS);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(transactional, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (TopicPartition to : List.of(partition, other)) {
        for (int i = 0; i < MOST; i++) {
          var unused =
              producer.send(new ProducerRecord<>(topic, to.partition(), null, new byte[1]));
        }
      }
      producer.flush();
      assertThat(consumer.poll(PATIENCE).count()).isEqualTo(MOST);
      producer.commitTransaction();
    }

    most = 1;
    Map<TopicPartition, Long> reported = new HashMap<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100)) // the consumer fetches meanwhile
        .until(
            () -> {
              consumer
                  .poll(Duration.ofMillis(100))
                  .nextOffsets()
                  .forEach((of, position) -> reported.put(of, position.offset()));
              reported.forEach(
                  (of, position) ->
                      assertThat(position).isLessThanOrEqualTo(consumer.position(of)));
              return reported.equals(consumer.endOffsets(List.of(partition, other)));
            });
  }

  /**
   * A consumer sends one fetch at a time to a broker, and the broker holds a fetch of partitions
   * without records. So a fetch that leaves out a busy partition would delay this partition.
   */
  @Test
  void busyPartition_doesNotWaitForPartitionsWithoutRecords() {
    most = Integer.MAX_VALUE;
    consumer.close();
    config.put("fetch.max.wait.ms", 4_000);
    consumer = new ShortPollConsumer(config, () -> most);
    int records = 60;
    send(partition, records, 100_000); // ten records in a fetch
    consumer.subscribe(Set.of(topic));
    poll();

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(150)) // the time that the thread processes the records
        .until(
            () -> {
              assertThat(consumer.poll(Duration.ofSeconds(2)).count()).isPositive();
              return consumer.position(partition) == RECORDS + records;
            });
  }
}
