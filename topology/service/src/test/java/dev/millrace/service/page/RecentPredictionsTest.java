package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.Prediction;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentPredictionsTest {

  private long nanoTime = 1;
  private long millis = 1_000_000;
  private final RecentPredictions recent = new RecentPredictions(() -> nanoTime, () -> millis);

  private void predict(String id, long latency) {
    recent.predicted(
        new Prediction(
            id,
            new Prediction.Model("model", 1, "0".repeat(64)),
            "cat",
            0.5f,
            List.of(),
            null,
            new Prediction.Source("images", 0, 0)),
        millis - latency);
  }

  @Test
  void latencies_ofTheLastTenSeconds() {
    assertThat(recent.latency()).isNull();
    predict("old", 999_999);
    nanoTime += 10_500_000_000L;
    for (int i = 1; i <= 100; i++) {
      predict("new", i);
    }
    assertThat(recent.latency()).isEqualTo(new RecentPredictions.Latency(100, 50, 95, 99));
    assertThat(recent.seen()).isEqualTo(101);
  }

  @Test
  void timestampInTheFuture_isNoNegativeLatency() {
    predict("early", -5_000);

    assertThat(recent.latency().p50()).isZero();
  }

  @Test
  void moreLatenciesThanAreKept_countTheLastOnes() {
    for (int i = 0; i < 10_000; i++) {
      predict("many", i < 5_000 ? 7 : 3);
    }
    assertThat(recent.latency()).isEqualTo(new RecentPredictions.Latency(4_096, 3, 3, 3));
  }

  @Test
  void slowStream_showsEveryPrediction() {
    for (int i = 0; i < 30; i++) {
      predict("id-" + i, 1);
      nanoTime += 200_000_000L;
      assertThat(recent.cards().get(0).prediction().id()).isEqualTo("id-" + i);
    }
    assertThat(recent.cards()).hasSize(24);
    assertThat(recent.card(29)).isPresent();
    assertThat(recent.card(5)).isEmpty();
  }

  @Test
  void fastStream_showsTheNewest_sixASecond() {
    for (int i = 0; i < 2_000; i++) {
      predict("id-" + i, 1);
    }
    assertThat(numbers()).hasSize(12).startsWith(1_999L).endsWith(1_988L);

    nanoTime += 1_000_000_000L;
    for (int i = 2_000; i < 4_000; i++) {
      predict("id-" + i, 1);
    }
    assertThat(numbers())
        .hasSize(18)
        .startsWith(3_999L, 3_998L, 3_997L, 3_996L, 3_995L, 3_994L, 1_999L);
    assertThat(numbers()).hasSize(18);
  }

  @Test
  void afterABurst_theOtherLastPredictionsFollow() {
    for (int i = 0; i < 1_000; i++) {
      predict("id-" + i, 1);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(numbers()).hasSize(Math.min(24, 12 + 6 * i));
      nanoTime += 1_000_000_000L;
    }
    assertThat(numbers()).startsWith(999L).endsWith(976L);
  }

  private List<Long> numbers() {
    return recent.cards().stream().map(RecentPredictions.Card::number).toList();
  }
}
