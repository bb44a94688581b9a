package dev.millrace.tests.reliability;

import java.nio.file.Path;
import java.time.Duration;

/** Runs one case of the crash suite. */
final class CrashRun {

  private CrashRun() {}

  /**
   * Disturbs a stream of images several times, and counts the answers to the images.
   *
   * @param strikes number of disturbances
   * @param folder empty folder for the broker, the model and the processes' output
   * @param seed seed of the random moments at which the stream is disturbed
   */
  static Tally of(CrashCase what, int strikes, Timings timings, Path folder, long seed)
      throws Exception {
    try (Rig rig = Rig.start(what, timings, folder, seed)) {
      for (int i = 0; i < strikes; i++) {
        rig.awaitProgress();
        rig.pause();
        what.disturbance().strike(rig);
      }
      rig.awaitProgress();
      return rig.finish(silence(what, timings));
    }
  }

  /**
   * Returns the time without an answer after which the test assumes that no more answers will come.
   * This time is longer than the session timeout, the transaction timeout and the time that a batch
   * takes.
   */
  private static Duration silence(CrashCase what, Timings timings) {
    return what.disturbance() == Disturbance.KILL_WITHOUT_BARRIER
        ? timings.transaction().plusSeconds(5)
        : Duration.ofMinutes(1);
  }
}
