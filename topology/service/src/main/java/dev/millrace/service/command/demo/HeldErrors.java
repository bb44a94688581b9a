package dev.millrace.service.command.demo;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Holds back the lines that this process writes to {@link System#err}, such as log lines, because
 * they would spoil a live screen. {@link #close} prints the lines. Thread-safe.
 */
final class HeldErrors implements AutoCloseable {

  /** Number of lines to keep. Older lines are dropped. */
  private static final int MOST_LINES = 1_000;

  private final PrintStream original = System.err;
  private final Deque<String> lines = new ArrayDeque<>();
  private final Consumer<String> onLine;

  private HeldErrors(Consumer<String> onLine) {
    this.onLine = onLine;
  }

  /**
   * Holds back all further lines.
   *
   * @param onLine receives each line, on the thread that wrote it
   */
  static HeldErrors begin(Consumer<String> onLine) {
    HeldErrors held = new HeldErrors(onLine);
    System.setErr(new PrintStream(held.new Lines(), true, StandardCharsets.UTF_8));
    return held;
  }

  private void add(String line) {
    synchronized (lines) {
      lines.add(line);
      if (lines.size() > MOST_LINES) {
        lines.remove();
      }
    }
    onLine.accept(line);
  }

  @Override
  public void close() {
    System.setErr(original);
    synchronized (lines) {
      lines.forEach(original::println);
      lines.clear();
    }
  }

  /**
   * Splits the written bytes into lines. {@link PrintStream} calls this stream from one thread at a
   * time.
   */
  private final class Lines extends OutputStream {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      if (b == '\n') {
        add(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else if (b != '\r') {
        line.write(b);
      }
    }
  }
}
