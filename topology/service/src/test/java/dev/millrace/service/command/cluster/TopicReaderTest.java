package dev.millrace.service.command.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which records of a topic are read. */
class TopicReaderTest {

  private static final TopicPartition PARTITION = new TopicPartition("t", 0);

  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
  private final List<Long> read = new ArrayList<>();

  @BeforeEach
  void createTopic() {
    Node node = new Node(0, "localhost", 9092);
    consumer.updatePartitions(
        "t", List.of(new PartitionInfo("t", 0, node, new Node[] {node}, new Node[] {node})));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 2L));
  }

  @Test
  void topic_isReadToItsEnd() {
    consumer.schedulePollTask(() -> add(2));

    read(Integer.MAX_VALUE);

    assertThat(read).containsExactly(0L, 1L);
  }

  @Test
  void topicThatIsReadAgain_isReadFromItsBeginning() {
    consumer.schedulePollTask(() -> add(2));
    read(Integer.MAX_VALUE);
    consumer.schedulePollTask(() -> add(2));

    read(Integer.MAX_VALUE);

    assertThat(read).containsExactly(0L, 1L, 0L, 1L);
  }

  /** Without the query of the end offsets, a read would wait for the broker forever. */
  @Test
  void brokerThatStopsAnswering_endsTheRead() {
    TimeoutException away = new TimeoutException("no broker answers");
    consumer.schedulePollTask(() -> consumer.setOffsetsException(away));
    consumer.schedulePollTask(() -> add(2)); // ends a read without the query

    assertThatThrownBy(() -> read(Integer.MAX_VALUE)).isSameAs(away);
  }

  /**
   * For example, an instance of the service reports its state while a command reads the earlier
   * reports.
   */
  @Test
  void recordsThatArriveMeanwhile_areLeftForTheNextPoll() {
    consumer.schedulePollTask(() -> add(4));

    read(Integer.MAX_VALUE);

    assertThat(read).containsExactly(0L, 1L);
    assertThat(consumer.position(PARTITION)).isEqualTo(2);
    consumer.schedulePollTask(
        () -> {
          consumer.addRecord(record(2));
          consumer.addRecord(record(3));
        });
    assertThat(StreamSupport.stream(consumer.poll(Duration.ofSeconds(1)).spliterator(), false))
        .extracting(ConsumerRecord::offset)
        .containsExactly(2L, 3L);
  }

  @Test
  void readerThatHasEnough_getsNoMore() {
    consumer.schedulePollTask(() -> add(2));

    read(1);

    assertThat(read).containsExactly(0L);
  }

  private void read(int most) {
    new TopicReader(consumer)
        .read(
            "t",
            record -> {
              read.add(record.offset());
              return read.size() < most;
            });
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      consumer.addRecord(record(i));
    }
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>("t", 0, offset, new byte[] {1}, new byte[] {2});
  }
}
