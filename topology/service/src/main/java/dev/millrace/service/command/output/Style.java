package dev.millrace.service.command.output;

/**
 * Colours for a terminal (ECMA-48, SGR). Without colours every text stays as it is.
 *
 * @param colored whether to add the escape sequences
 */
public record Style(boolean colored) {

  /** Adds nothing. */
  public static final Style PLAIN = new Style(false);

  private static final String RESET = "\u001b[0m";

  /** {@return a text that matters less} */
  public String faint(String text) {
    return with("2", text);
  }

  /** {@return good news} */
  public String good(String text) {
    return with("32", text);
  }

  /** {@return a text that deserves attention} */
  public String warning(String text) {
    return with("33", text);
  }

  /** {@return a text that stands out} */
  public String strong(String text) {
    return with("1", text);
  }

  private String with(String code, String text) {
    return colored ? "\u001b[" + code + "m" + text + RESET : text;
  }
}
