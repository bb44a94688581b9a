package dev.millrace.service.command.demo;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Holds back what is written to {@link System#err}, such as log lines, which would spoil a live
 * screen. Writes it when it is closed. Thread-safe.
 */
final class HeldErrors implements AutoCloseable {

  /** Older lines are dropped. */
  private static final int MOST_LINES = 1_000;

  private final PrintStream original = System.err;
  private final Deque<String> lines = new ArrayDeque<>();
  private final Consumer<String> onLine;

  private HeldErrors(Consumer<String> onLine) {
    this.onLine = onLine;
  }

  /**
   * Holds errors back from now on.
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

  /** Cuts bytes into lines. {@link PrintStream} calls it from one thread at a time. */
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
