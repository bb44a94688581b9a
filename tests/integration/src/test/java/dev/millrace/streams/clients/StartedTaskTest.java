package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * When a task starts, Kafka Streams asks for the committed offsets of the task's partitions. A
 * {@link ShortPollConsumer} then reads on from these offsets, and leaves the input of running tasks
 * alone.
 */
class StartedTaskTest extends ShortPollRig {

  /** Kafka Streams asks for the committed offsets of a task's partitions when the task starts. */
  @Test
  void taskThatStarts_readsOnFromItsCommittedOffsets() {
    TopicPartition other = new TopicPartition(topic, 1);
    assign();
    poll();

    assertThat(consumer.committed(Set.of(partition, other))).containsEntry(partition, null);
    assertThat(consumer.position(partition)).isZero();
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(2)));
    consumer.committed(Set.of(partition), PATIENCE);
    assertThat(consumer.position(partition)).isEqualTo(2);
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /**
   * With {@code auto.offset.reset=latest}, Kafka Streams seeks to the end if it finds no offset.
   */
  @Test
  void recordsThatArriveBeforeTheFirstPoll_areNotSkipped_ifTheTaskStartsAgain() {
    consumer.assign(Set.of(partition));
    consumer.seekToEnd(Set.of(partition));
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
    send(partition, 2);

    assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, null);
    consumer.seekToEnd(Set.of(partition));

    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** Kafka Streams then applies {@code auto.offset.reset}. */
  @Test
  void taskThatStartsForTheFirstTime_hasNoPosition() {
    consumer.assign(Set.of(partition));

    assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, null);
    consumer.seekToEnd(Set.of(partition));

    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** Asks for the committed offset of a partition while the consumer waits for a response. */
  public static final class Asking implements ConsumerInterceptor<byte[], byte[]> {

    private static Runnable ask = () -> {};

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      ask.run();
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      return records;
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
  }

  /**
   * While a task starts and asks for its committed offsets, the leader of the group may assign
   * tasks, and ask for the committed offsets of running tasks.
   */
  @Test
  void taskThatStarts_doesNotSeekInTheInputOfRunningTasks() {
    consumer.close();
    config.put("interceptor.classes", Asking.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    assign();
    poll();
    Set<TopicPartition> asked = new HashSet<>();
    Asking.ask = () -> asked.addAll(consumer.committed(Set.of(partition)).keySet());
    consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(2)), null);

    consumer.committed(Set.of(new TopicPartition(topic, 1)));

    Asking.ask = () -> {};
    assertThat(asked).containsExactly(partition);
    assertThat(consumer.position(partition)).isEqualTo(3);
  }

  /** Kafka Streams asks for offsets by time if a partition is reset by a duration. */
  @Test
  void questionForOffsets_doesNotSeekInTheInputOfRunningTasks() {
    consumer.close();
    config.put("interceptor.classes", Asking.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    assign();
    poll();
    Set<TopicPartition> other = Set.of(new TopicPartition(topic, 1));
    Map<TopicPartition, Long> times = Map.of(new TopicPartition(topic, 1), 0L);
    List<Runnable> questions =
        List.of(
            () -> consumer.offsetsForTimes(times),
            () -> consumer.offsetsForTimes(times, PATIENCE),
            () -> consumer.beginningOffsets(other),
            () -> consumer.beginningOffsets(other, PATIENCE),
            () -> consumer.endOffsets(other),
            () -> consumer.endOffsets(other, PATIENCE));
    for (Runnable question : questions) {
      AtomicBoolean asked = new AtomicBoolean();
      Asking.ask =
          () -> {
            var unused = consumer.committed(Set.of(partition));
            asked.set(true);
          };
      consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(2)), null);

      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                question.run();
                return asked.get();
              });

      assertThat(consumer.position(partition)).isEqualTo(3);
    }
    Asking.ask = () -> {};
  }
}
