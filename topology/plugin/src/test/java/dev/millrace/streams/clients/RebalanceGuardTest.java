package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

class RebalanceGuardTest {

  private static final Set<TopicPartition> PARTITIONS = Set.of(new TopicPartition("images", 1));

  private final List<String> calls = new ArrayList<>();
  private RuntimeException failure;

  private final RebalanceGuard guard =
      new RebalanceGuard(
          new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
              call("assigned", partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
              call("revoked", partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
              call("lost", partitions);
            }
          },
          partitions -> calls.add("forgotten " + partitions));

  private void call(String what, Collection<TopicPartition> partitions) {
    calls.add(what + " " + partitions);
    if (failure != null) {
      throw failure;
    }
  }

  @Test
  void partitions_areForgotten_afterTheirTasksWereClosed() {
    guard.onPartitionsAssigned(PARTITIONS);
    guard.onPartitionsRevoked(PARTITIONS);
    guard.onPartitionsLost(PARTITIONS);

    assertThat(calls)
        .containsExactly(
            "assigned [images-1]",
            "revoked [images-1]",
            "forgotten [images-1]",
            "lost [images-1]",
            "forgotten [images-1]");
  }

  /** Kafka Streams closes the task before the poll throws, and could not revive it. */
  @Test
  void taskThatGivesUpInARevocation_letsTheThreadJoinAgain() {
    failure = new TaskCorruptedException(Set.of());

    assertThatThrownBy(() -> guard.onPartitionsRevoked(PARTITIONS))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(failure);
    assertThat(calls).containsExactly("revoked [images-1]", "forgotten [images-1]");
  }

  @Test
  void wrappedRequestToJoinAgain_isUnwrapped() {
    TaskMigratedException again =
        new TaskMigratedException("gave up", new TaskCorruptedException(Set.of()));
    KafkaException other = new KafkaException("failed", new StreamsException("failed"));

    assertThat(RebalanceGuard.unwrapped(new KafkaException("callback", again))).isSameAs(again);
    assertThat(RebalanceGuard.unwrapped(again)).isSameAs(again);
    assertThat(RebalanceGuard.unwrapped(other)).isSameAs(other);
  }

  @Test
  void otherFailures_arePassedOn() {
    failure = new StreamsException("failed");

    assertThatThrownBy(() -> guard.onPartitionsRevoked(PARTITIONS)).isSameAs(failure);
    assertThatThrownBy(() -> guard.onPartitionsLost(PARTITIONS)).isSameAs(failure);
    assertThat(calls).hasSize(4);
  }
}
