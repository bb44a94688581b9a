package dev.millrace.service.command.output;

import java.util.Map;
import java.util.Properties;

/**
 * Whether standard output and standard error are connected to a terminal. Java cannot test the two
 * streams separately, so the launcher tests them and passes the result in system properties.
 *
 * @param output whether standard output is a terminal
 * @param errors whether standard error is a terminal
 * @param columns width of the terminal, or {@value #USUAL_COLUMNS} without a terminal
 * @param colorWanted whether the user allows colours
 */
public record Terminal(boolean output, boolean errors, int columns, boolean colorWanted) {

  /** Width of output that does not go to a terminal. */
  public static final int USUAL_COLUMNS = 80;

  private static final int NARROWEST = 20;

  /** No terminal: the streams are pipes or files. */
  public static final Terminal NONE = new Terminal(false, false, USUAL_COLUMNS, false);

  /** {@return this process's terminal} */
  public static Terminal ofThisProcess() {
    return of(System.getProperties(), System.getenv());
  }

  /**
   * Reads the launcher's properties. Colours are off if {@code NO_COLOR} is not empty
   * (no-color.org) or the terminal is {@code dumb}.
   *
   * @param properties {@code millrace.terminal} says whether standard error is a terminal, {@code
   *     millrace.output.terminal} says whether standard output is a terminal, and {@code
   *     millrace.columns} is the width of the terminal
   * @param environment {@code NO_COLOR} and {@code TERM}
   */
  static Terminal of(Properties properties, Map<String, String> environment) {
    boolean color =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
    return new Terminal(
        Boolean.parseBoolean(properties.getProperty("millrace.output.terminal")),
        Boolean.parseBoolean(properties.getProperty("millrace.terminal")),
        columns(properties.getProperty("millrace.columns", "")),
        color);
  }

  private static int columns(String text) {
    int columns = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    return columns < NARROWEST ? USUAL_COLUMNS : columns;
  }

  /** {@return the number of columns that lines on standard output may use} */
  public int outputColumns() {
    return output ? columns : USUAL_COLUMNS;
  }

  /** {@return the style for standard output: colours only on a terminal} */
  public Style outputStyle() {
    return new Style(output && colorWanted);
  }
}
