package dev.millrace.service.command.output;

import java.io.PrintWriter;

/**
 * Shows the progress of a command on standard error, as a bar. Shows nothing if standard error is
 * not a terminal. Thread-safe.
 */
public interface Progress extends AutoCloseable {

  /** Shows nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public void skip(long count) {}

        @Override
        public void step(int count) {}

        @Override
        public void tell(String message) {}

        @Override
        public void print(Runnable lines) {
          lines.run();
        }

        @Override
        public void close() {}
      };

  /**
   * Counts steps that were done before the command started. These steps do not count towards the
   * speed.
   *
   * @param count number of these steps
   */
  void skip(long count);

  /** Counts one step. */
  default void step() {
    step(1);
  }

  /**
   * Counts steps.
   *
   * @param count number of steps that were done since the last call
   */
  void step(int count);

  /**
   * Sets the text beside the bar.
   *
   * @param message a few words
   */
  void tell(String message);

  /**
   * Prints lines to the terminal. The bar would erase lines that are printed without this method.
   *
   * @param lines prints and flushes whole lines to standard output or standard error
   */
  void print(Runnable lines);

  @Override
  void close();

  /**
   * {@return a bar if standard error is a terminal, otherwise {@link #NONE}}
   *
   * @param err standard error
   * @param terminal whether standard error is a terminal, and its width
   * @param task name of the task, shown before the bar
   * @param total number of steps
   * @param unit unit of the steps, in the plural, for example {@code images}
   */
  static Progress of(PrintWriter err, Terminal terminal, String task, long total, String unit) {
    return terminal.errors()
        ? new ProgressBar(err, terminal.columns(), System::nanoTime, task, total, unit)
        : NONE;
  }
}
