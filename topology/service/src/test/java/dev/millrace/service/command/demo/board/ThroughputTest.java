package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests the rate of predictions. */
class ThroughputTest {

  private final Throughput throughput = new Throughput();

  @Test
  void evenStream_hasItsRate() {
    for (int i = 0; i < 200; i++) {
      throughput.add(30 + i / 20.0);
    }

    assertThat(throughput.perSecond(40)).isEqualTo(20);
  }

  @Test
  void youngStream_isDividedByItsOwnAge() {
    for (int i = 0; i < 50; i++) {
      throughput.add(7 + i / 50.0);
    }

    assertThat(throughput.perSecond(7.99)).isZero();
    assertThat(throughput.perSecond(8.5)).isEqualTo(50);
    assertThat(throughput.perSecond(9.5)).isEqualTo(25);
  }

  @Test
  void streamThatStops_fallsToZero() {
    throughput.add(1);

    assertThat(throughput.perSecond(3)).isEqualTo(0.5);
    assertThat(throughput.perSecond(7)).isZero();
    assertThat(throughput.perSecond(700)).isZero();
  }
}
