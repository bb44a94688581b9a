package dev.millrace.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The connection from a benchmark's process to its parent: lines on standard output and standard
 * input. To end the process, the parent closes the process's standard input. If the parent dies,
 * the operating system closes that input. A process that has not ended 30 s later is halted:
 * without its parent nobody else would end it, for example if it waits for a broker that has ended,
 * too.
 */
public final class Parent {

  public static final String READY = "ready";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Optional<String> CLOSED = Optional.empty();

  /** Reads standard input from the first use on. A test of this class must not read it. */
  private static final class OfThisProcess {
    static final Parent PARENT =
        new Parent(System.in, PATIENCE, () -> Runtime.getRuntime().halt(1));
  }

  private final BlockingQueue<Optional<String>> heard = new LinkedBlockingQueue<>();

  /** Reads lines in a thread of its own, and calls {@code halt} some time after the last one. */
  Parent(InputStream in, Duration patience, Runnable halt) {
    Thread reader = new Thread(() -> read(in, patience, halt), "parent");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(InputStream in, Duration patience, Runnable halt) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(Optional.of(line));
      }
    } catch (IOException e) {
      // The parent cannot be heard any more, as if it had closed the input.
    }
    heard.add(CLOSED);
    try {
      TimeUnit.MILLISECONDS.sleep(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    halt.run();
  }

  /** Returns the next line, or null once the input is closed. */
  String next() throws InterruptedException {
    Optional<String> line = heard.take();
    if (line.isEmpty()) {
      heard.add(CLOSED);
    }
    return line.orElse(null);
  }

  /** Reports that this process is ready. */
  public static void ready() {
    tell(READY);
  }

  /** Sends a line to the parent. */
  public static void tell(String line) {
    var unused = OfThisProcess.PARENT; // from now on, the end of the parent is noticed
    System.out.println(line);
    System.out.flush();
  }

  /** Returns the next line from the parent, or null once standard input is closed. */
  public static String hear() throws InterruptedException {
    return OfThisProcess.PARENT.next();
  }

  /** Waits until the parent closes standard input. */
  public static void awaitEnd() throws InterruptedException {
    while (hear() != null) {
      // Ignore all lines until standard input is closed.
    }
  }
}
