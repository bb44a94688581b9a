package dev.millrace.service.command;

import dev.millrace.service.logging.RepeatedWarnings;

/**
 * Sets the log levels. {@code log4j2.properties} reads these system properties when the first
 * logger is created, so they must be set before a command runs. A property that the user has set
 * keeps its value.
 */
final class Logging {

  private static final String LEVEL = "millrace.log.level";
  private static final String NETWORK = "millrace.log.network";
  private static final String THROWABLE = "millrace.log.throwable";

  private Logging() {}

  static void configure(boolean verbose, boolean longRunning) {
    set(LEVEL, verbose ? "info" : "warn");
    set(NETWORK, verbose ? "info" : longRunning ? "warn" : "error");
    set(THROWABLE, verbose ? "full" : "short.message");
    if (longRunning && !verbose) {
      RepeatedWarnings.holdBack();
    }
  }

  private static void set(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
