package dev.millrace.streams.engine;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Warns of batches that failed, at most once a minute: a stream of bad images or a broken device
 * fails every batch, and a warning for each would bury all others. For one thread.
 */
final class RunFailures {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Consumer<String> warning;
  private boolean logged;
  private long loggedAt;
  private int heldBack;

  /**
   * @param warning gets each line
   */
  RunFailures(Consumer<String> warning) {
    this.warning = warning;
  }

  /**
   * Some images of a batch failed.
   *
   * @param now the time, as {@link System#nanoTime}
   * @param failed how many of its images
   * @param images how many it has
   * @param reason the first failure's message
   */
  void batchFailed(long now, int failed, int images, String reason) {
    if (logged && now - loggedAt < MINUTE) {
      heldBack++;
      return;
    }
    warning.accept(
        failed
            + " of "
            + images
            + " images of a batch failed, and run again one by one: "
            + reason
            + (heldBack == 0 ? "" : " (" + heldBack + " batches more since the last warning)"));
    logged = true;
    loggedAt = now;
    heldBack = 0;
  }
}
