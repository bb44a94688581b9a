package dev.millrace.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * What a benchmark's process says to the one that started it, and hears from it. That one lets go
 * by closing this one's standard input, which also happens when it dies.
 */
public final class Parent {

  public static final String READY = "ready";

  private static final BufferedReader IN =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private Parent() {}

  /** Says that measuring can begin. */
  public static void ready() {
    tell(READY);
  }

  /** Says a line. */
  public static void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** The next line that it says, or null once it has let go. */
  public static String hear() throws IOException {
    return IN.readLine();
  }

  /** Returns when it lets go. */
  public static void awaitEnd() throws IOException {
    while (hear() != null) {
      // It says nothing else.
    }
  }
}
