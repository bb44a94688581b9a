package dev.millrace.service.command.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

  private long now = 1_000;
  private final List<Long> pauses = new ArrayList<>();

  @Test
  void turns_comeAtTheRate() throws InterruptedException {
    Pacer pacer = pacer(10);

    pacer.awaitTurn();
    pacer.awaitTurn();
    pacer.awaitTurn();

    assertThat(pauses).containsExactly(100_000_000L, 100_000_000L);
  }

  @Test
  void lateTurn_isMadeUpFor() throws InterruptedException {
    Pacer pacer = pacer(10);
    pacer.awaitTurn();

    now += 250_000_000;
    pacer.awaitTurn();
    pacer.awaitTurn();
    pacer.awaitTurn();

    assertThat(pauses).containsExactly(50_000_000L);
  }

  @Test
  void infiniteRate_neverWaits() throws InterruptedException {
    Pacer pacer = pacer(Double.POSITIVE_INFINITY);

    pacer.awaitTurn();
    pacer.awaitTurn();

    assertThat(pauses).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void rate_notAboveZero(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pacer(rate))
        .withMessage("rate: " + rate + " is not above 0");
  }

  private Pacer pacer(double rate) {
    return new Pacer(
        rate,
        () -> now,
        nanos -> {
          pauses.add(nanos);
          now += nanos;
        });
  }
}
