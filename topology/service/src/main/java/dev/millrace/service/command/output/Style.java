package dev.millrace.service.command.output;

/**
 * Colours for a terminal (ECMA-48, SGR). Without colours, every method returns its text unchanged.
 *
 * @param colored whether to add the escape sequences
 */
public record Style(boolean colored) {

  /** A style without colours. */
  public static final Style PLAIN = new Style(false);

  private static final String RESET = "\u001b[0m";

  /**
   * {@return the text in a faint style}
   *
   * @param text the text to print
   */
  public String faint(String text) {
    return with("2", text);
  }

  /**
   * {@return the text in green, for good news}
   *
   * @param text the text to print
   */
  public String good(String text) {
    return with("32", text);
  }

  /**
   * {@return the text in yellow, for a warning}
   *
   * @param text the text to print
   */
  public String warning(String text) {
    return with("33", text);
  }

  /**
   * {@return the text in bold}
   *
   * @param text the text to print
   */
  public String strong(String text) {
    return with("1", text);
  }

  private String with(String code, String text) {
    return colored ? "\u001b[" + code + "m" + text + RESET : text;
  }
}
