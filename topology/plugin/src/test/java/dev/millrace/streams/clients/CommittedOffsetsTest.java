package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class CommittedOffsetsTest {

  private static final TopicPartition ONE = new TopicPartition("a-repartition", 1);
  private static final TopicPartition TWO = new TopicPartition("a-repartition", 2);

  private final CommittedOffsets committed = new CommittedOffsets();

  private static Map<TopicPartition, RecordsToDelete> before(long offset) {
    return Map.of(ONE, RecordsToDelete.beforeOffset(offset));
  }

  @Test
  void recordsBehindTheCommittedOffset_areKept() {
    committed.add(Map.of(ONE, new OffsetAndMetadata(5)));

    assertThat(committed.purgeable(before(4))).isEqualTo(before(4));
    assertThat(committed.purgeable(before(5))).isEqualTo(before(5));
    assertThat(committed.purgeable(before(9))).isEqualTo(before(5));
  }

  @Test
  void partitionWithoutACommittedOffset_isKept() {
    committed.add(Map.of(TWO, new OffsetAndMetadata(5)));

    assertThat(committed.purgeable(before(9))).isEmpty();
  }

  /** A topic that was created again begins with lower offsets. */
  @Test
  void lastCommit_counts() {
    committed.add(Map.of(ONE, new OffsetAndMetadata(9)));
    committed.add(Map.of(ONE, new OffsetAndMetadata(5)));

    assertThat(committed.purgeable(before(9))).isEqualTo(before(5));
  }
}
