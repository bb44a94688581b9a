package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The short form of the crash suite. {@link CrashSuite} is the long form. The long form also kills
 * the service with the other combinations of guarantee and group protocol. As a control, it also
 * kills the service without the commit barrier.
 */
@Order(1) // it takes longer than all other classes
@Tag("broker")
@Timeout(300)
class CrashTest {

  /** Number of kills in each case. */
  private static final int KILLS = 1;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"at_least_once, streams", "exactly_once_v2, classic"})
  void killedService_losesNothing(String guarantee, String protocol) throws Exception {
    CrashCase what = new CrashCase(Disturbance.KILL, guarantee, protocol);

    Tally tally = CrashRun.of(what, KILLS, Timings.SHORT, folder, 1);

    System.out.println(what + ": " + tally);
    assertThat(tally.in()).isPositive();
    assertThat(tally.lost()).isZero();
    assertThat(tally.wrong()).isZero();
    assertThat(tally.outOfOrder()).isZero();
    if (what.isExactlyOnce()) {
      assertThat(tally.doubled()).isZero();
    }
  }
}
