package dev.millrace.benchmarks.contender;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Decides how long a process practises (warms up). In its first minute of work, a JVM spends much
 * time on JIT compilation. A service runs for weeks, so the measurement must not include this time.
 * Therefore the process first classifies images in practice rounds, which are not measured. The
 * practice ends when a round needs almost no JIT compilation, or when the largest number of rounds
 * is reached.
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

  /** Returns whether the process needs another practice round. */
  boolean goesOn() {
    return rounds < mostRounds && lastRoundMillis > LITTLE_MILLIS;
  }

  /** Returns the number of finished rounds. */
  int number() {
    return rounds;
  }

  /**
   * Ends a practice round. Waits until the JIT compilers have been almost idle for one second, but
   * at most one minute.
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
