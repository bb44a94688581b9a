package dev.millrace.service.command.output;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A progress bar on standard error where that is a terminal, else nothing. The launcher knows
 * which, and tells by the system property {@code millrace.terminal}. Thread-safe.
 */
public interface Progress extends AutoCloseable {

  /** One more is done. */
  default void step() {
    step(1);
  }

  /** So many more are done. */
  void step(int count);

  /** What else there is to say at this moment. */
  void tell(String message);

  @Override
  void close();

  /**
   * Begins.
   *
   * @param total how many there are
   * @param unit what they are called, in the plural
   */
  static Progress of(String task, long total, String unit) {
    return isTerminal() ? bar(task, total, unit) : none();
  }

  /** Whether there is somebody to see it. */
  static boolean isTerminal() {
    return Boolean.getBoolean("millrace.terminal");
  }

  private static Progress bar(String task, long total, String unit) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .showSpeed()
            .build();
    return new Progress() {
      @Override
      public void step(int count) {
        bar.stepBy(count);
      }

      @Override
      public void tell(String message) {
        bar.setExtraMessage(" " + message);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }

  private static Progress none() {
    return new Progress() {
      @Override
      public void step(int count) {}

      @Override
      public void tell(String message) {}

      @Override
      public void close() {}
    };
  }
}
