package dev.millrace.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharesTest {

  private static final Set<Integer> NONE = Set.of();

  @Test
  void threadsOfAnInstance_countTogether() {
    assertThat(
            Shares.byInstance(
                Map.of(
                    "app-1-StreamThread-1-consumer", Set.of(0, 1),
                    "app-1-StreamThread-2-consumer", Set.of(5),
                    "app-2-StreamThread-1-consumer", NONE)))
        .isEqualTo(Map.of("app-1", Set.of(0, 1, 5), "app-2", NONE));
  }

  @Test
  void remainder_isSpreadByOne() {
    assertThat(Shares.areEven(List.of(Set.of(0, 1), Set.of(2)), 2, 3)).isTrue();
    assertThat(Shares.areEven(List.of(Set.of(0, 1, 2), Set.of(3)), 2, 4)).isFalse();
  }

  @Test
  void instanceWithoutAnything_orPartitionWithoutInstance_isUneven() {
    assertThat(Shares.areEven(List.of(Set.of(0, 1)), 2, 2)).isFalse();
    assertThat(Shares.areEven(List.of(Set.of(0, 1), NONE), 2, 2)).isFalse();
    assertThat(Shares.areEven(List.of(Set.of(0), Set.of(1)), 2, 3)).isFalse();
    assertThat(Shares.areEven(List.of(), 1, 2)).isFalse();
  }
}
