package dev.millrace.streams.engine;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Warns of failed batches, at most once a minute. With a stream of bad images or a broken device,
 * every batch fails. A warning for each batch would hide all other lines of the log. Not
 * thread-safe.
 */
final class RunFailures {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Consumer<String> warning;
  private boolean logged;
  private long loggedAt;
  private int heldBack;

  /**
   * @param warning receives each line
   */
  RunFailures(Consumer<String> warning) {
    this.warning = warning;
  }

  /**
   * Notes that images of a batch failed.
   *
   * @param now the time in ns, for example from {@link System#nanoTime}
   * @param failed number of images that failed
   * @param images number of images in the batch
   * @param reason the message of the first failure
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
            + (heldBack == 0 ? "" : " (" + heldBack + " more batches since the last warning)"));
    logged = true;
    loggedAt = now;
    heldBack = 0;
  }
}
