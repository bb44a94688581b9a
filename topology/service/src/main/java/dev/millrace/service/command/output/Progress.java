package dev.millrace.service.command.output;

import java.io.PrintWriter;

/**
 * The progress of a command on standard error: a bar where that is a terminal, otherwise nothing.
 * Thread-safe.
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

  /** Counts steps that were done before, and so say nothing about the speed. */
  void skip(long count);

  /** Counts one step. */
  default void step() {
    step(1);
  }

  /** Counts steps. */
  void step(int count);

  /** Sets the text beside the bar. */
  void tell(String message);

  /**
   * Prints lines to the terminal. Without this, the bar would erase them.
   *
   * @param lines prints and flushes whole lines to standard output or standard error
   */
  void print(Runnable lines);

  @Override
  void close();

  /**
   * {@return a new progress}
   *
   * @param err standard error
   * @param terminal whether standard error is a terminal, and its width
   * @param total number of steps
   * @param unit name of a step, in the plural
   */
  static Progress of(PrintWriter err, Terminal terminal, String task, long total, String unit) {
    return terminal.errors()
        ? new ProgressBar(err, terminal.columns(), System::nanoTime, task, total, unit)
        : NONE;
  }
}
