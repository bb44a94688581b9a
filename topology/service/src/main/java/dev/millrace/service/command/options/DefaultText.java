package dev.millrace.service.command.options;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.ArgSpec;

/**
 * Writes an option's default as a user would. The default is the value that its field begins with,
 * most often one of a configuration record: so it stands in one place, and {@code --help} shows it.
 */
final class DefaultText {

  private DefaultText() {}

  /** The text, or null where picocli's own is right, or the option has none. */
  static String of(ArgSpec argument) {
    // A field whose default is in its annotation begins with null or 0.
    return argument.defaultValue() == null ? of(argument.initialValue()) : null;
  }

  private static String of(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? plain(number.toString()) : null;
    }
    if (value instanceof Float number) {
      return plain(number.toString());
    }
    if (value instanceof Enum<?> constant) {
      return constant.toString().toLowerCase(Locale.ROOT);
    }
    if (value instanceof Collection<?> values && !values.isEmpty()) {
      return values.stream().map(DefaultText::element).collect(Collectors.joining(","));
    }
    return null;
  }

  private static String element(Object value) {
    String text = of(value);
    return text == null ? value.toString() : text;
  }

  /** 0.0001 rather than 1.0E-4, and 0 rather than 0.0. */
  private static String plain(String number) {
    return new BigDecimal(number).stripTrailingZeros().toPlainString();
  }
}
