package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartTest {

  @Test
  void parts_haveTheirShares() {
    Map<Part, Long> counts =
        IntStream.range(0, 10_000)
            .mapToObj(i -> Part.of("images/" + i, 0.2))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

    assertThat((double) counts.get(Part.TRAINING)).isCloseTo(8_000, within(150.0));
    assertThat((double) counts.get(Part.GATE)).isCloseTo(1_500, within(120.0));
    assertThat((double) counts.get(Part.REPORT)).isCloseTo(500, within(80.0));
  }

  @Test
  void heldOutOnce_isHeldOutOfLargerSharesToo() {
    for (int i = 0; i < 1_000; i++) {
      if (Part.of("key" + i, 0.1) != Part.TRAINING) {
        assertThat(Part.of("key" + i, 0.3)).isNotEqualTo(Part.TRAINING);
      }
    }
  }
}
