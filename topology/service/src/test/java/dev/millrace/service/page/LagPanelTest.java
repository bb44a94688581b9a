package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.health.Problem;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LagPanelTest {

  private static final TopicPartition FIRST = new TopicPartition("images", 0);
  private static final TopicPartition SECOND = new TopicPartition("images", 1);

  @Test
  void stalledPartition_comesFirst() {
    LagPanel panel =
        LagPanel.of(
            Map.of(FIRST, 900L, SECOND, 2L),
            List.of(
                Problem.of(Problem.Kind.BROKER_AWAY, 11, "no broker"),
                new Problem(Problem.Kind.PARTITION_STALLED, "images", 1, 5L, 12, "slow")));

    assertThat(panel.total()).isEqualTo(902);
    assertThat(panel.partitions())
        .containsExactly(
            new LagPanel.Partition("images", 1, 2, 12),
            new LagPanel.Partition("images", 0, 900, 0));
    assertThat(panel.more()).isZero();
  }

  @Test
  void manyPartitions_areCounted() {
    Map<TopicPartition, Long> lag =
        IntStream.range(0, 100)
            .boxed()
            .collect(Collectors.toMap(i -> new TopicPartition("images", i), i -> (long) i));

    LagPanel panel = LagPanel.of(lag, List.of());

    assertThat(panel.partitions()).hasSize(32);
    assertThat(panel.partitions().get(0).partition()).isEqualTo(99);
    assertThat(panel.more()).isEqualTo(68);
  }
}
