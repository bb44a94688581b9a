package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MediansTest {

  @Test
  void ofAnOddNumber_isTheMiddleOne() {
    assertThat(Medians.of(List.of(3.0, 1.0, 2.5), x -> x)).isEqualTo(2.5);
  }

  @Test
  void ofAnEvenNumber_isTheMeanOfTheMiddleTwo() {
    assertThat(Medians.of(List.of(4.0, 1.0, 2.0, 9.0), x -> x)).isEqualTo(3);
  }

  /**
   * If the machine is twice as fast in the second round, the ratio of the contenders' speeds does
   * not change, because each ratio compares two speeds of the same round.
   */
  @Test
  void ratio_isOfTheSameRound() {
    List<Double> over = List.of(90.0, 160.0, 95.0);
    List<Double> under = List.of(100.0, 200.0, 190.0);

    assertThat(Medians.ratio(over, x -> x, under, x -> x)).isEqualTo(0.8);
  }
}
