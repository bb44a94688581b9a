package dev.millrace.service.command;

import dev.millrace.service.command.options.LabelConverter;
import java.util.Locale;

/** The format of the log on standard error. */
enum LogFormat {
  /** A line of text for each event. */
  TEXT,
  /**
   * One line with a JSON object for each event, with the field names of the Elastic Common Schema.
   */
  JSON;

  /** {@return the value as the user writes it on the command line} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Converts the value of {@code --log-format}. */
  static final class Converter extends LabelConverter<LogFormat> {
    Converter() {
      super(LogFormat.class);
    }
  }
}
