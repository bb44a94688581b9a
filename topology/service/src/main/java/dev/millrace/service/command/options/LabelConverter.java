package dev.millrace.service.command.options;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts a text to the enum constant whose {@code toString()} equals the text, ignoring case.
 * Picocli's own converter would show the constants' Java names in its error message.
 *
 * @param <E> the enum
 */
public abstract class LabelConverter<E extends Enum<E>> implements ITypeConverter<E> {

  private final List<E> constants;

  /**
   * Creates a converter.
   *
   * @param type the enum
   */
  protected LabelConverter(Class<E> type) {
    this.constants = Arrays.asList(type.getEnumConstants());
  }

  @Override
  public E convert(String value) {
    return constants.stream()
        .filter(constant -> constant.toString().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of "
                        + constants
                        + " (case-insensitive) but was '"
                        + value
                        + "'"));
  }
}
