package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the producer without a reachable broker. */
@Timeout(30)
class PromptProducerTest {

  private static final Map<String, Object> BROKER = Map.of("bootstrap.servers", "localhost:1");
  private static final TopicPartition PARTITION = new TopicPartition("images", 0);
  private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS =
      Map.of(PARTITION, new OffsetAndMetadata(6));

  private final ShortPollConsumer consumer =
      new ShortPollConsumer(
          with(BROKER, "group.id", "test", "default.api.timeout.ms", 100), () -> 1);
  private final PromptProducer producer =
      new PromptProducer(with(BROKER, "max.block.ms", 50), () -> consumer, new CommittedOffsets());
  private final List<Exception> failures = new ArrayList<>();

  private static Map<String, Object> with(Map<String, Object> config, Object... keysAndValues) {
    Map<String, Object> all = new HashMap<>(config);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return all;
  }

  @AfterEach
  void close() {
    producer.close();
    consumer.close();
  }

  /** Sends a record, and waits until the send has failed. */
  private void send() {
    var unused =
        producer.send(
            new ProducerRecord<>("predictions", new byte[1]),
            (metadata, failure) -> failures.add(failure));
    assertThat(failures).hasSize(1);
  }

  private void poll() {
    consumer.returned.poll(
        () ->
            PolledRecords.of(
                PARTITION,
                new ConsumerRecord<>(PARTITION.topic(), 0, 5, new byte[0], new byte[0])));
  }

  /** For a retriable failure, Kafka Streams would give up the work of only one task. */
  @Test
  void failureThatMayPass_letsTheThreadJoinAgain() {
    send();

    assertThat(failures.get(0))
        .isInstanceOf(OutOfOrderSequenceException.class)
        .hasCauseInstanceOf(TimeoutException.class)
        .hasMessageContaining("predictions");
  }

  /** Kafka Streams may forget the failure when it closes another task. */
  @Test
  void offsets_areNotCommitted_afterAResultWasNotSent() {
    poll();
    send();

    assertThatThrownBy(() -> consumer.commitSync(OFFSETS))
        .isInstanceOf(CommitFailedException.class);
    assertThatThrownBy(() -> consumer.committableInTransaction(OFFSETS))
        .isInstanceOf(CommitFailedException.class);
  }

  @Test
  void offsets_areCommitted_afterTheThreadHasJoinedAgain() {
    poll();
    send();

    consumer.returned.forget(Set.of(PARTITION));
    poll();

    assertThat(consumer.committableInTransaction(OFFSETS)).isEqualTo(OFFSETS);
  }

  /** The application's exception handler decides about such a failure, and may drop the record. */
  @Test
  void failureThatStays_isPassedOn() {
    Exception failure = new RecordTooLargeException("too large");

    assertThat(PromptProducer.withoutRetry(failure)).isSameAs(failure);
    assertThat(PromptProducer.withoutRetry(null)).isNull();
  }
}
