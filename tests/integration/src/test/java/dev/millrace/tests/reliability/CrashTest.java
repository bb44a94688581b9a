package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
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

  /** Number of kills in each case. */
  private static final int KILLS = 1;

  /** Number of kills in each attempt of the control test, which runs without the commit barrier. */
  private static final int KILLS_WITHOUT_BARRIER = 2;

  private static final int ATTEMPTS = 5;

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
   * A control test. Without the commit barrier, kills lose images, and the tests of this class must
   * detect the loss.
   */
  @Test
  void killedServiceWithoutBarrier_losesImages_andTheSuiteSeesIt() throws Exception {
    CrashCase what = new CrashCase(Disturbance.KILL_WITHOUT_BARRIER, "at_least_once", "classic");

    // A kill loses an image only if it comes between the commit of the image's offset and the
    // image's answer. So the test makes several attempts.
    long lost = 0;
    for (int attempt = 1; lost == 0 && attempt <= ATTEMPTS; attempt++) {
      Path attemptFolder = Files.createDirectory(folder.resolve("attempt-" + attempt));
      Tally tally = CrashRun.of(what, KILLS_WITHOUT_BARRIER, Timings.SHORT, attemptFolder, attempt);
      System.out.println(what + ": " + tally);
      assertThat(tally.wrong()).isZero();
      lost = tally.lost();
    }
    assertThat(lost).isPositive();
  }
}
