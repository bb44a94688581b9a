package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("build-kafka") // MockConsumer has another constructor in older versions
class HeldPartitionsTest {

  private static final TopicPartition AWAY = new TopicPartition("images", 0);
  private static final TopicPartition OTHER = new TopicPartition("images", 1);

  private final HeldPartitions held = new HeldPartitions();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final AtomicBoolean away = new AtomicBoolean(true);

  @BeforeEach
  void assign() {
    consumer.assign(List.of(AWAY, OTHER));
    consumer.updateBeginningOffsets(Map.of(AWAY, 0L, OTHER, 0L));
    consumer.poll(Duration.ZERO);
  }

  @Test
  void heldPartition_isPaused_untilItMayBeRead() {
    assertThat(held.areApplied()).isFalse();
    held.hold(Set.of(AWAY), away::get);

    held.applyTo(consumer);
    assertThat(held.areApplied()).isTrue();
    assertThat(consumer.paused()).containsExactly(AWAY);

    consumer.resume(List.of(AWAY)); // as Kafka Streams does after a task was revived
    held.applyTo(consumer);
    assertThat(consumer.paused()).containsExactly(AWAY);

    away.set(false);
    held.applyTo(consumer);
    assertThat(consumer.paused()).isEmpty();

    consumer.pause(List.of(AWAY)); // as Kafka Streams does if too many records wait
    held.applyTo(consumer);
    assertThat(consumer.paused()).containsExactly(AWAY);
  }

  @Test
  void forgottenPartition_isLeftAsItIs() {
    held.hold(Set.of(AWAY), away::get);
    held.applyTo(consumer);

    held.forget(Set.of(AWAY));
    away.set(false);
    held.applyTo(consumer);

    assertThat(consumer.paused()).containsExactly(AWAY);
  }

  @Test
  void partitionOfAnotherMember_isForgotten() {
    held.hold(Set.of(AWAY), away::get);
    consumer.assign(List.of(OTHER));
    held.applyTo(consumer);
    consumer.assign(List.of(AWAY, OTHER));

    held.applyTo(consumer);

    assertThat(consumer.paused()).isEmpty();
  }
}
