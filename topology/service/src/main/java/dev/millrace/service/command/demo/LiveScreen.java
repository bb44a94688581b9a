package dev.millrace.service.command.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.events.Prediction;
import dev.millrace.service.command.demo.board.Board;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.VersionScores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.exec.ExecTerminalProvider;
import org.jline.terminal.spi.SystemStream;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/**
 * Shows the demo on the whole screen of a terminal. A thread redraws the screen five times a
 * second. The demo uses the terminal's alternate screen, so the terminal shows its earlier content
 * again at the end. The key {@code q} ends the demo.
 */
final class LiveScreen implements DemoScreen {

  private static final long FRAME_MS = 200;

  /** Number of frames between two queries of the terminal's size. Each query starts a process. */
  private static final int FRAMES_PER_SIZE = 5;

  private final Terminal terminal;
  private final Board board;
  private final LongSupplier nanoTime;
  private final long start;
  private final TrainerNews news = new TrainerNews();
  private final HeldErrors errors;
  private final Thread painter = new Thread(this::paint, "demo-screen");
  private volatile boolean ended;
  private volatile RuntimeException failure;
  private volatile boolean closed;

  /**
   * Switches the terminal to the alternate screen, and starts to draw.
   *
   * @param terminal the terminal, which {@link #close} closes
   * @param scores receives the predictions
   * @param nanoTime the clock, in nanoseconds
   */
  LiveScreen(Terminal terminal, VersionScores scores, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.board = new Board(scores);
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    terminal.enterRawMode();
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.cursor_invisible);
    terminal.puts(Capability.clear_screen);
    terminal.flush();
    errors = HeldErrors.begin(this::warn);
    painter.setDaemon(true);
    painter.start();
  }

  /**
   * Opens the terminal of this process. Standard output must be a terminal.
   *
   * @return the terminal; empty if standard input is not a terminal, if the window is too small, if
   *     the encoding is not UTF-8, or if the terminal cannot move the cursor
   */
  static Optional<Terminal> terminal() {
    if (!"UTF-8".equalsIgnoreCase(System.getProperty("native.encoding"))) {
      return Optional.empty();
    }
    try {
      // This provider starts the programs tty and stty. JLine's other providers load native
      // libraries.
      Terminal terminal =
          new ExecTerminalProvider()
              .sysTerminal(
                  "millrace",
                  System.getenv("TERM"),
                  false,
                  StandardCharsets.UTF_8,
                  StandardCharsets.UTF_8,
                  StandardCharsets.UTF_8,
                  false,
                  Terminal.SignalHandler.SIG_DFL,
                  false,
                  SystemStream.Output);
      if (suits(terminal)) {
        return Optional.of(terminal);
      }
      terminal.close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@return whether a terminal can show the screen} */
  static boolean suits(Terminal terminal) {
    return terminal.getWidth() >= Board.LEAST_COLUMNS
        && terminal.getHeight() >= Board.LEAST_ROWS
        && terminal.getStringCapability(Capability.enter_ca_mode) != null
        && terminal.getStringCapability(Capability.cursor_address) != null;
  }

  @Override
  public synchronized void say(String text) {
    board.event(text, seconds());
  }

  private synchronized void warn(String line) {
    board.warning(line, seconds());
  }

  @Override
  public synchronized void prediction(ConsumerRecord<String, Prediction> record, DemoImage image) {
    Prediction prediction = record.value();
    board.prediction(prediction.model().version(), prediction.label(), image, seconds());
  }

  @Override
  public synchronized void training(JsonNode event) {
    Optional<String> text = news.of(event);
    if (text.isEmpty()) {
      return;
    }
    switch (event.path("event").asText()) {
      case TrainerNews.EPOCH -> board.trainer(text.get());
      case TrainerNews.PROMOTED -> board.pin(text.get(), seconds());
      default -> board.event("trainer: " + text.get(), seconds());
    }
  }

  @Override
  public boolean isEnded() {
    return ended;
  }

  private double seconds() {
    return (nanoTime.getAsLong() - start) / 1e9;
  }

  private void paint() {
    try {
      Display display = new Display(terminal, true);
      Size size = new Size();
      boolean keyboard = true;
      for (int frame = 0; !closed; frame++) {
        if (frame % FRAMES_PER_SIZE == 0) {
          size = resized(display, size);
        }
        display.update(lines(size), 0);
        ended = ended || terminal.writer().checkError();
        keyboard = keyboard && awaitKey();
        if (!keyboard) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(FRAME_MS));
        }
      }
    } catch (RuntimeException e) {
      failure = e;
      ended = true;
    }
  }

  private Size resized(Display display, Size before) {
    Size size = terminal.getSize();
    if (!size.equals(before)) {
      display.resize(size.getRows(), size.getColumns());
      display.clear();
    }
    return size;
  }

  /** {@return the lines to draw; if the window has become too small, only the upper left part} */
  private synchronized List<AttributedString> lines(Size size) {
    int columns = Math.max(Board.LEAST_COLUMNS, size.getColumns());
    int rows = Math.max(Board.LEAST_ROWS, size.getRows());
    return board.draw(columns, rows, seconds()).stream()
        .limit(size.getRows())
        .map(line -> line.columnSubSequence(0, size.getColumns()))
        .collect(Collectors.toCollection(ArrayList::new)); // the display edits the list
  }

  /** Waits for a key until the next frame is due. Returns false if no more keys can be read. */
  private boolean awaitKey() {
    try {
      int key = terminal.reader().read(FRAME_MS);
      ended = ended || key == 'q' || key == 'Q';
      return key != -1;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(painter);
    try {
      painter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    terminal.puts(Capability.cursor_visible);
    terminal.puts(Capability.exit_ca_mode);
    terminal.flush();
    try {
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      errors.close();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
