package dev.millrace.service.command.output;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A progress bar in the last line of a terminal. Lines printed through {@link #print} appear above
 * the bar. The bar turns line wrapping off while it draws. If the terminal becomes narrower than
 * the bar, the terminal cuts the bar off. Thread-safe.
 */
final class ProgressBar implements Progress {

  private static final int NARROWEST_BAR = 20;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final String ERASE_LINE = "\r\u001b[K";
  private static final String NO_WRAP = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";

  private final PrintWriter terminal;
  private final int columns;
  private final LongSupplier nanoTime;
  private final String task;
  private final long total;
  private final String unit;
  private final long start;
  private long done;
  private long skipped;
  private long drawn;
  private String message = "";
  private boolean closed;

  /**
   * Draws an empty bar.
   *
   * @param terminal standard error
   * @param columns width of the terminal
   * @param nanoTime the clock, in nanoseconds
   * @param task name of the task, shown before the bar
   * @param total number of steps
   * @param unit unit of the steps, in the plural, for example {@code images}
   */
  ProgressBar(
      PrintWriter terminal,
      int columns,
      LongSupplier nanoTime,
      String task,
      long total,
      String unit) {
    this.terminal = terminal;
    this.columns = columns;
    this.nanoTime = nanoTime;
    this.task = task;
    this.total = total;
    this.unit = unit;
    this.start = nanoTime.getAsLong();
    draw();
  }

  @Override
  public synchronized void skip(long count) {
    done += count;
    skipped += count;
    draw();
  }

  @Override
  public synchronized void step(int count) {
    done += count;
    if (nanoTime.getAsLong() - drawn >= REDRAW_NANOS) {
      draw();
    }
  }

  @Override
  public synchronized void tell(String text) {
    message = text;
  }

  @Override
  public synchronized void print(Runnable lines) {
    if (!closed) {
      terminal.print(ERASE_LINE);
      terminal.flush();
    }
    lines.run();
    draw();
  }

  private void draw() {
    if (closed) {
      return;
    }
    drawn = nanoTime.getAsLong();
    // The cursor returns to the first column, so that the next log line begins there.
    terminal.print(ERASE_LINE + NO_WRAP + line(drawn) + WRAP + "\r");
    terminal.flush();
  }

  /**
   * {@return the bar with its details} The most important details come first. A detail is left out
   * if less than {@value #NARROWEST_BAR} columns would remain for the bar.
   */
  private String line(long now) {
    double share = total == 0 ? 1 : Math.min(1, (double) done / total);
    double rate = (done - skipped) / Math.max(1e-3, (now - start) / 1e9);
    String details = String.format(Locale.ROOT, "%3.0f %%", Math.floor(100 * share));
    int room = columns - 1 - task.length() - 3 - NARROWEST_BAR;
    for (String detail :
        new String[] {
          message,
          done > skipped && done < total ? Durations.text((total - done) / rate) + " left" : "",
          String.format(Locale.ROOT, "%,d/%,d %s", done, total, unit),
          String.format(Locale.ROOT, "%,.0f/s", rate)
        }) {
      if (!detail.isEmpty() && details.length() + 2 + detail.length() < room) {
        details += "  " + detail;
      }
    }
    int width = Math.max(NARROWEST_BAR, columns - 1 - task.length() - 4 - details.length());
    int filled = (int) (share * width);
    return task + " [" + "=".repeat(filled) + " ".repeat(width - filled) + "] " + details;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      draw();
      terminal.println();
      terminal.flush();
      closed = true;
    }
  }
}
