package dev.millrace.tests.terminal;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.tests.MillraceProcess;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jline.builtins.ScreenTerminal;

/**
 * A command of {@code ./millrace} on a terminal of its own. The program {@code script} (util-linux)
 * opens a pseudo-terminal for the command. A terminal emulator in this process stores what the
 * terminal shows. Not thread-safe.
 */
public final class PseudoTerminal implements AutoCloseable {

  private static final long POLL_MS = 20;

  private final Process process;
  private final ScreenTerminal screen;
  private final int columns;
  private final int rows;
  private final StringBuilder written = new StringBuilder();
  private final Thread reader = new Thread(this::read, "pseudo-terminal");

  private PseudoTerminal(Process process, int columns, int rows) {
    this.process = process;
    this.columns = columns;
    this.rows = rows;
    this.screen = new ScreenTerminal(columns, rows);
    reader.start();
  }

  /**
   * Starts a command.
   *
   * @param columns width of the terminal, in cells
   * @param rows height of the terminal, in cells
   * @param options environment variables of the command, such as {@code NO_COLOR=1}; may be empty
   * @param command words of the command, without spaces
   */
  public static PseudoTerminal start(
      Path folder, int columns, int rows, String options, Object... command) throws IOException {
    String words = List.of(command).stream().map(Object::toString).collect(Collectors.joining(" "));
    String shell =
        "stty rows %d cols %d; exec env TERM=xterm-256color %s bash %s %s"
            .formatted(
                rows, columns, options, MillraceProcess.checkout().resolve("millrace"), words);
    List<String> script = List.of("script", "-q", "-e", "-f", "-c", shell, "/dev/null");
    ProcessBuilder builder = new ProcessBuilder(script).directory(folder.toFile());
    MillraceProcess.setEnvironment(builder, "");
    return new PseudoTerminal(builder.redirectErrorStream(true).start(), columns, rows);
  }

  /** Skips the test on machines without util-linux's {@code script}, for example on macOS. */
  public static void assumePresent() throws InterruptedException {
    boolean present;
    try {
      present =
          new ProcessBuilder("script", "-q", "-e", "-c", "true", "/dev/null")
                  .redirectInput(Path.of("/dev/null").toFile())
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      present = false;
    }
    assumeTrue(present, "there is no program 'script' of util-linux");
  }

  private void read() {
    try (Reader output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      char[] characters = new char[4096];
      for (int n = output.read(characters); n >= 0; n = output.read(characters)) {
        String text = new String(characters, 0, n);
        synchronized (written) {
          written.append(text);
        }
        // Programs end bold text with the escape code 22, but the emulator understands only the
        // older escape code 21.
        screen.write(text.replace("[22m", "[21m").replace("[22;", "[21;"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends keystrokes to the command. */
  public void type(String keys) throws IOException {
    process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Returns everything that was written to the terminal so far, with its escape sequences. */
  public String written() {
    synchronized (written) {
      return written.toString();
    }
  }

  /** Returns the lines that the terminal shows, without spaces at their ends. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<Cell> row : cells()) {
      lines.add(
          row.stream()
              .map(cell -> Character.toString(cell.character()))
              .collect(Collectors.joining())
              .stripTrailing());
    }
    return lines;
  }

  /** Returns the cells that the terminal shows, row by row. */
  public List<List<Cell>> cells() {
    long[] dump = new long[columns * rows];
    screen.dump(dump, 0, 0, rows, columns, null);
    List<List<Cell>> cells = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      List<Cell> line = new ArrayList<>();
      for (int column = 0; column < columns; column++) {
        line.add(Cell.of(dump[row * columns + column]));
      }
      cells.add(line);
    }
    return cells;
  }

  /** Waits until the terminal shows a line that matches {@code regex}, and returns this line. */
  public String awaitLine(String regex, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean last = !process.isAlive() || System.nanoTime() > deadline;
      for (String line : lines()) {
        if (line.matches(regex)) {
          return line;
        }
      }
      if (last) {
        throw new AssertionError(
            "the terminal shows no line '" + regex + "', but:\n" + String.join("\n", lines()));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Waits until the command ends, and returns its exit code. */
  public int await(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("no end in time; the terminal shows\n" + String.join("\n", lines()));
    }
    reader.join();
    return process.exitValue();
  }

  /** Returns whether the command runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }
}
