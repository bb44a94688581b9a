package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelTopicsTest {

  private static final TopicPartition STATUS = new TopicPartition(ControlTopic.STATUS, 0);

  /** A consumer of a cluster where another client creates the status topic after the first look. */
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name()) {
        @Override
        public synchronized Map<String, List<PartitionInfo>> listTopics() {
          Map<String, List<PartitionInfo>> before = Map.copyOf(super.listTopics());
          createTopic();
          return before;
        }
      };

  private final List<Integer> seen = new ArrayList<>();

  private void createTopic() {
    Node node = new Node(0, "localhost", 9092);
    consumer.updatePartitions(
        STATUS.topic(),
        List.of(new PartitionInfo(STATUS.topic(), 0, node, new Node[] {node}, new Node[] {node})));
    consumer.updateBeginningOffsets(Map.of(STATUS, 0L));
    consumer.updateEndOffsets(Map.of(STATUS, 1L));
  }

  private void report(long offset, int version) {
    SwapReport report =
        new SwapReport("app@host:1", "m", version, Outcome.SWAPPED, null, version, 12, null);
    consumer.addRecord(
        new ConsumerRecord<>(STATUS.topic(), 0, offset, new byte[] {'m'}, report.toJson()));
  }

  @Test
  @Timeout(20)
  void statusTopicThatIsMissing_isReadOnceItIsCreated() {
    ModelTopics topics = new ModelTopics(consumer);
    topics.reports(reported -> seen.add(reported.report().version()));
    consumer.schedulePollTask(() -> report(0, 7));
    consumer.schedulePollTask(() -> report(1, 8));
    consumer.schedulePollTask(topics::wakeup);

    assertThatExceptionOfType(WakeupException.class)
        .isThrownBy(() -> topics.follow(reported -> seen.add(reported.report().version())));

    assertThat(seen).containsExactly(7, 8);
  }
}
