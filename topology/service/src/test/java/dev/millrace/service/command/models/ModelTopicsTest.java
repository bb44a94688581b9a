package dev.millrace.service.command.models;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
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
        public synchronized List<PartitionInfo> partitionsFor(String topic) {
          List<PartitionInfo> before = List.copyOf(super.partitionsFor(topic));
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

  private void epoch(long offset) {
    TrainingProgress progress = new TrainingProgress("m", "run", null, 3, 4, 0.5, null, 9);
    consumer.addRecord(
        new ConsumerRecord<>(STATUS.topic(), 0, offset, new byte[] {'m'}, progress.toJson()));
  }

  private void champion(long offset, int images) {
    ChampionReport report =
        new ChampionReport("m", new ChampionMeasure(3, images, 0.5, null, null, 1, false));
    consumer.addRecord(
        new ConsumerRecord<>(STATUS.topic(), 0, offset, new byte[] {'m'}, report.toJson()));
  }

  private void waiting(long offset) {
    consumer.addRecord(
        new ConsumerRecord<>(
            STATUS.topic(), 0, offset, new byte[] {'m'}, new TrainingWait("m", "disk").toJson()));
  }

  private void unknown(long offset) {
    byte[] value = "{\"type\":\"of a later release\",\"model\":\"m\"}".getBytes(UTF_8);
    consumer.addRecord(new ConsumerRecord<>(STATUS.topic(), 0, offset, new byte[] {'m'}, value));
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
    consumer.schedulePollTask(() -> unknown(1));
    consumer.schedulePollTask(() -> epoch(2));
    consumer.schedulePollTask(() -> report(3, 8));
    consumer.schedulePollTask(() -> champion(4, 500));
    consumer.schedulePollTask(() -> waiting(5));
    consumer.schedulePollTask(topics::wakeup);

    assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> follow(topics));

    assertThat(seen).containsExactly(7, 3, 8, 500, -1);
  }

  private void follow(ModelTopics topics) throws InterruptedException {
    topics.follow(
        reported -> seen.add(reported.report().version()),
        trained -> seen.add(trained.progress().epoch()),
        measured -> seen.add(measured.report().measure().images()),
        waiting -> seen.add(-1));
  }
}
