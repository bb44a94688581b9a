package dev.millrace.benchmarks.contender;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How long a process practises: the JVM compiles in its first minute of work what a service that
 * runs for weeks has compiled. It goes through its images again and again until that needs next to
 * no compilation, or as often as it may.
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

  /** Whether another round is worth it. */
  boolean goesOn() {
    return rounds < mostRounds && lastRoundMillis > LITTLE_MILLIS;
  }

  /** Rounds before this one. */
  int number() {
    return rounds;
  }

  /** Ends a round: returns once there is next to nothing to compile for a second. */
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
