package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

/** A {@link ShortPollConsumer} takes part in rebalances, in which tasks give up their work. */
class ShortPollRebalanceTest extends ShortPollRig {

  /** More records than a thread that processes four records a second can process in a minute. */
  private static final int BACKLOG = 300;

  /** Kafka's consumer wraps what a revocation throws while it prepares to join its group. */
  @Test
  void taskThatGivesUpBeforeAJoin_letsTheThreadJoinAgain() {
    consumer.close();
    config.put("partition.assignment.strategy", RangeAssignor.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    RuntimeException givenUp = new TaskCorruptedException(Set.of());
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (consumer.paused().isEmpty()) {
              return; // the test ends
            }
            throw givenUp;
          }
        });
    poll();
    consumer.pause(Set.of(partition));
    consumer.enforceRebalance();

    assertThatThrownBy(() -> consumer.poll(PATIENCE))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(givenUp);
  }

  /**
   * When a partition is revoked, Kafka Streams commits the offset up to which it has processed
   * records.
   */
  @Test
  void partitionThatIsGivenUp_isReadAgainFromItsCommittedOffset() {
    List<Long> positions = new ArrayList<>();
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            positions.add(consumer.position(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(2)));
          }
        });
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.unsubscribe();
    assertThat(positions).containsExactly(3L);

    consumer.subscribe(Set.of(topic));
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /** If the commit of a task fails in a rebalance, Kafka Streams pauses the task's partitions. */
  @Test
  void partitionThatIsPausedInARebalance_staysPaused() {
    most = 1;
    send(partition, BACKLOG);
    AtomicBoolean pausing = new AtomicBoolean();
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (pausing.get()) {
              consumer.pause(Set.of(partition));
            }
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
        });
    assertThat(poll()).containsExactly(0L);
    pausing.set(true);
    consumer.enforceRebalance();

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20)) // the rebalance needs some polls, the backlog 300
        .until(
            () -> {
              // A pause by ShortPolls itself ends before the poll returns.
              var unused = consumer.poll(Duration.ZERO);
              return consumer.paused().contains(partition)
                  || consumer.position(partition) == RECORDS + BACKLOG;
            });

    assertThat(consumer.paused()).contains(partition);
  }

  /** While a rebalance is under way, a poll of a pattern subscription waits for metadata. */
  @Test
  void slowThreadWithABacklog_takesPartInARebalance_alsoWithAPattern() throws Exception {
    most = 1;
    send(partition, BACKLOG);
    send(new TopicPartition(topic, 1), BACKLOG);
    Pattern pattern = Pattern.compile(Pattern.quote(topic));
    Set<TopicPartition> given = ConcurrentHashMap.newKeySet();
    ConsumerRebalanceListener listener =
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            given.addAll(partitions);
          }
        };
    consumer.subscribe(pattern, listener);
    assertThat(poll()).hasSize(1);

    ExecutorService other = Executors.newSingleThreadExecutor();
    AtomicBoolean ended = new AtomicBoolean();
    Future<?> second =
        other.submit(
            () -> {
              try (KafkaConsumer<byte[], byte[]> fast =
                  new KafkaConsumer<>(
                      config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                fast.subscribe(pattern);
                while (!ended.get()) {
                  var unused = fast.poll(Duration.ofMillis(50));
                }
              }
            });
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(250)) // the time that the thread processes a record
          .until(
              () -> {
                var unused = consumer.poll(Duration.ofMillis(100));
                return !given.isEmpty();
              });
    } finally {
      ended.set(true);
      other.shutdown();
    }
    assertThat(given).hasSize(1);
    second.get();
  }
}
