package dev.millrace.service.command.options;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.ArgSpec;

/**
 * Formats the default of an option for {@code --help}. The default is the initial value of the
 * option's field. Most fields take this value from a configuration record, so that each default is
 * defined once.
 */
final class DefaultText {

  private DefaultText() {}

  /**
   * Returns the text of the default. Returns null if the option has no default, or if picocli's own
   * text is right.
   */
  static String of(ArgSpec argument) {
    // If the annotation sets the default, picocli prints it. The field's initial value is then null
    // or 0.
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

  /** Formats 1.0E-4 as 0.0001, and 0.0 as 0. */
  private static String plain(String number) {
    return new BigDecimal(number).stripTrailingZeros().toPlainString();
  }
}
