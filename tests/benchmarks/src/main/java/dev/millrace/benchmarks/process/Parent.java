package dev.millrace.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The connection from a benchmark's process to its parent: lines on standard output and standard
 * input. To end the process, the parent closes the process's standard input. If the parent dies,
 * the operating system closes that input.
 */
public final class Parent {

  public static final String READY = "ready";

  private static final BufferedReader IN =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private Parent() {}

  /** Reports that this process is ready. */
  public static void ready() {
    tell(READY);
  }

  /** Sends a line to the parent. */
  public static void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** Returns the next line from the parent, or null once standard input is closed. */
  public static String hear() throws IOException {
    return IN.readLine();
  }

  /** Waits until the parent closes standard input. */
  public static void awaitEnd() throws IOException {
    while (hear() != null) {
      // Ignore all lines until standard input is closed.
    }
  }
}
