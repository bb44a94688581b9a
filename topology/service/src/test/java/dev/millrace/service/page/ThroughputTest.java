package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThroughputTest {

  private static final long HALF = 500_000_000L;

  private final Throughput throughput = new Throughput();

  @Test
  void rate_isThatOfTheLastSeconds() {
    assertThat(throughput.perSecond(0, 0)).isZero();
    for (int i = 0; i <= 20; i++) {
      throughput.observe(5L * i, i * HALF);
    }
    assertThat(throughput.perSecond(100, 20 * HALF)).isEqualTo(10.0);
    assertThat(throughput.history()).hasSize(10).containsOnly(10.0);

    for (int i = 21; i <= 200; i++) {
      throughput.observe(100, i * HALF);
    }
    assertThat(throughput.perSecond(100, 200 * HALF)).isZero();
    assertThat(throughput.history()).hasSize(60).containsOnly(0.0);
  }
}
