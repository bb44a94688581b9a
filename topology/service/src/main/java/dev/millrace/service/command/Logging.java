package dev.millrace.service.command;

import dev.millrace.service.logging.RepeatedWarnings;
import java.io.PrintWriter;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.LoggerFactory;

/**
 * The settings of the log. {@code log4j2.properties} reads some of the settings from system
 * properties when the first logger is created, so {@link #configure} must set these properties
 * before a command runs. A property that the user has set keeps its value.
 *
 * @param verbose whether INFO and stack traces are logged
 * @param format the format of the events
 * @param levels the levels of loggers
 */
record Logging(boolean verbose, LogFormat format, List<LogLevel> levels) {

  private static final String CONFIGURATION = "log4j2.configurationFile";
  private static final String LEVEL = "millrace.log.level";
  private static final String NETWORK = "millrace.log.network";
  private static final String THROWABLE = "millrace.log.throwable";

  /**
   * Configures the log of this process.
   *
   * @param longRunning whether the command runs until it is stopped
   */
  void configure(boolean longRunning) {
    selectFormat();
    set(LEVEL, verbose ? "info" : "warn");
    set(NETWORK, verbose ? "info" : longRunning ? "warn" : "error");
    set(THROWABLE, verbose ? "full" : "short.message");
    for (LogLevel level : levels) {
      Level value = Level.valueOf(level.level());
      if (level.isRoot()) {
        Configurator.setRootLevel(value);
      } else {
        Configurator.setLevel(level.logger(), value);
      }
    }
    if (longRunning && !verbose) {
      RepeatedWarnings.holdBack();
    }
  }

  /**
   * Reports why a command failed, in the format of the log.
   *
   * @param command the command's name
   * @param line one line of text
   * @param cause the exception whose stack trace to show; null for none
   * @param err standard error
   */
  void tellFailure(String command, String line, Throwable cause, PrintWriter err) {
    if (format == LogFormat.JSON) {
      selectFormat();
      LoggerFactory.getLogger(command).error(line, cause);
      return;
    }
    err.println(command + ": " + line);
    if (cause != null) {
      cause.printStackTrace(err);
    }
    err.flush();
  }

  private void selectFormat() {
    if (format == LogFormat.JSON) {
      set(CONFIGURATION, "classpath:log4j2.properties,classpath:log4j2-json.properties");
    }
  }

  private static void set(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
