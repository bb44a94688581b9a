package dev.millrace.service.command.serve;

import dev.millrace.service.command.options.LabelConverter;
import java.util.Locale;

/** Whether a prediction holds the probabilities of all classes. */
enum Distribution {
  FULL,
  NONE;

  static Distribution of(boolean whole) {
    return whole ? FULL : NONE;
  }

  /** {@return the value as the user writes it on the command line} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Converts the value of {@code --probabilities}. */
  static final class Converter extends LabelConverter<Distribution> {
    Converter() {
      super(Distribution.class);
    }
  }
}
