package dev.millrace.service.command.serve;

import dev.millrace.service.command.options.LabelConverter;
import java.util.Locale;

/** How much of the distribution a prediction holds. */
enum Distribution {
  FULL,
  NONE;

  static Distribution of(boolean whole) {
    return whole ? FULL : NONE;
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads what is written on the command line. */
  static final class Converter extends LabelConverter<Distribution> {
    Converter() {
      super(Distribution.class);
    }
  }
}
