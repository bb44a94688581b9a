package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The short form of the crash suite; {@link CrashSuite} is the long form. */
@Order(1) // it takes longer than all other classes
@Tag("broker")
@Timeout(300)
class CrashTest {

  /** Number of kills of each case. */
  private static final int KILLS = 1;

  /** One kill may find no image in flight. */
  private static final int KILLS_WITHOUT_BARRIER = 2;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "at_least_once, streams",
    "exactly_once_v2, classic",
    "exactly_once_v2, streams"
  })
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

  /**
   * A control: without the commit barrier, kills lose images, and this suite must find the lost
   * images.
   */
  @Test
  void killedServiceWithoutBarrier_losesImages_andTheSuiteSeesIt() throws Exception {
    CrashCase what = new CrashCase(Disturbance.KILL_WITHOUT_BARRIER, "at_least_once", "classic");

    Tally tally = CrashRun.of(what, KILLS_WITHOUT_BARRIER, Timings.SHORT, folder, 1);

    System.out.println(what + ": " + tally);
    assertThat(tally.lost()).isPositive();
    assertThat(tally.wrong()).isZero();
  }
}
