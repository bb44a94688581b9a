package dev.millrace.benchmarks.contender;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Decides how long a process practises. A JVM compiles in its first minute of work, but a service
 * runs for weeks. So the process classifies its images again and again, until a round needs next to
 * no compilation or the largest number of rounds is reached.
 */
final class Practice {

  private static final long LITTLE_MILLIS = 1_000;
  private static final int MOST_SECONDS = 60;
  private static final int LEAST_SECONDS = 3;
  private static final long REST_MILLIS = 10;

  private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
  private final int mostRounds;
  private int rounds;
  private long lastRoundMillis = Long.MAX_VALUE;

  Practice(int mostRounds) {
    this.mostRounds = mostRounds;
  }

  /** Whether another round is useful. */
  boolean goesOn() {
    return rounds < mostRounds && lastRoundMillis > LITTLE_MILLIS;
  }

  /** Number of rounds before this one. */
  int number() {
    return rounds;
  }

  /**
   * Ends a round. Returns once the compilers have had next to nothing to do for a second, or after
   * a minute.
   */
  void awaitRest() throws InterruptedException {
    long start = compiler.getTotalCompilationTime();
    long before = start;
    for (int second = 0; second < MOST_SECONDS; second++) {
      TimeUnit.SECONDS.sleep(1);
      long now = compiler.getTotalCompilationTime();
      if (second >= LEAST_SECONDS && now - before <= REST_MILLIS) {
        break;
      }
      before = now;
    }
    lastRoundMillis = before - start;
    rounds++;
  }
}
