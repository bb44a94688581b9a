package dev.millrace.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbabilitiesTest {

  @Test
  void top_ofDistinctValues_isLargestFirst() {
    assertThat(Probabilities.of(0.1f, 0.6f, 0.05f, 0.25f).top(3)).containsExactly(1, 3, 0);
  }

  @Test
  void top_ofEqualValues_isLowerIndexFirst() {
    assertThat(Probabilities.of(0.2f, 0.3f, 0.2f, 0.3f).top(3)).containsExactly(1, 3, 0);
    assertThat(Probabilities.of(0.25f, 0.25f, 0.25f, 0.25f).top(2)).containsExactly(0, 1);
  }

  @Test
  void top_ofOne_isTheFirstLargest() {
    assertThat(Probabilities.of(0.1f, 0.4f, 0.4f, 0.1f).top(1)).containsExactly(1);
  }

  @Test
  void top_ofMoreThanThereAre_isAllOfThem() {
    assertThat(Probabilities.of(0.1f, 0.7f, 0.2f).top(5)).containsExactly(1, 2, 0);
  }

  @Test
  void top_ofNone_isEmpty() {
    assertThat(Probabilities.of(0.4f, 0.6f).top(0)).isEmpty();
    assertThat(Probabilities.of().top(3)).isEmpty();
  }

  @Test
  void top_ofANegativeNumber_isRefused() {
    assertThatThrownBy(() -> Probabilities.of(1).top(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("k: -1 is below 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 100, 1000})
  void top_ofRandomValues_equalsAStableSort(int classes) {
    Random random = new Random(classes);
    for (int round = 0; round < 20; round++) {
      float[] values = new float[classes];
      for (int i = 0; i < classes; i++) {
        // Use only 20 distinct values, so that many probabilities are equal.
        values[i] = random.nextInt(20) / 20f;
      }
      int[] sorted =
          IntStream.range(0, classes)
              .boxed()
              .sorted(Comparator.comparing((Integer i) -> values[i]).reversed())
              .mapToInt(Integer::intValue)
              .toArray();
      int k = 1 + random.nextInt(classes);

      assertThat(Probabilities.of(values).top(k)).containsExactly(Arrays.copyOf(sorted, k));
    }
  }

  @Test
  void probabilities_ofTheSameValues_areEqual() {
    Probabilities one = Probabilities.of(0.25f, 0.75f);

    assertThat(one)
        .isEqualTo(Probabilities.of(0.25f, 0.75f))
        .hasSameHashCodeAs(Probabilities.of(0.25f, 0.75f))
        .isNotEqualTo(Probabilities.of(0.75f, 0.25f))
        .hasToString("[0.25, 0.75]");
    assertThat(one.size()).isEqualTo(2);
    assertThat(one.get(1)).isEqualTo(0.75f);
  }
}
