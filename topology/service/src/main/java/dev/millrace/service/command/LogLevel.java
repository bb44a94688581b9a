package dev.millrace.service.command;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The level of a logger.
 *
 * @param logger the logger's name; empty for the root
 * @param level the level, in lower case
 */
record LogLevel(String logger, String level) {

  private static final List<String> LEVELS =
      List.of("off", "error", "warn", "info", "debug", "trace");

  /**
   * {@return whether this level applies to the root logger, and so to all loggers that have no
   * level of their own}
   */
  boolean isRoot() {
    return logger.isEmpty();
  }

  /** Parses a value of {@code --log-level}, which is {@code LEVEL} or {@code LOGGER=LEVEL}. */
  static final class Converter implements ITypeConverter<LogLevel> {

    @Override
    public LogLevel convert(String text) {
      int equals = text.lastIndexOf('=');
      String logger = text.substring(0, Math.max(0, equals)).strip();
      String level = text.substring(equals + 1).strip().toLowerCase(Locale.ROOT);
      if (!LEVELS.contains(level) || (equals >= 0 && logger.isEmpty())) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is neither a level ("
                + String.join(", ", LEVELS)
                + ") nor LOGGER=LEVEL");
      }
      return new LogLevel(logger, level);
    }
  }
}
