package dev.millrace.benchmarks.process;

import java.io.IOException;

/**
 * What a benchmark's process says to the one that started it, and hears from it. That one lets go
 * by closing this one's standard input, which also happens when it dies.
 */
public final class Parent {

  public static final String READY = "ready";

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

  /** Returns when it lets go. */
  public static void awaitEnd() throws IOException {
    while (System.in.read() >= 0) {
      // It says nothing else.
    }
  }
}
