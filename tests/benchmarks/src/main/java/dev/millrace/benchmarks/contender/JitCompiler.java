package dev.millrace.benchmarks.contender;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** This JVM's compiler. */
final class JitCompiler {

  private static final int LEAST_SECONDS = 5;
  private static final int MOST_SECONDS = 90;
  private static final long REST_MILLIS = 10;

  private JitCompiler() {}

  /** Returns once it has next to nothing to do for a second, or after a minute and a half. */
  static void awaitRest() throws InterruptedException {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long before = 0;
    for (int second = 0; second < MOST_SECONDS; second++) {
      long now = compiler.getTotalCompilationTime();
      if (second >= LEAST_SECONDS && now - before <= REST_MILLIS) {
        return;
      }
      before = now;
      TimeUnit.SECONDS.sleep(1);
    }
  }
}
