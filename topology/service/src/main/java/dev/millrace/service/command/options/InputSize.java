package dev.millrace.service.command.options;

import dev.millrace.core.image.Preprocessing;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The size of a model's input, in PyTorch's order.
 *
 * @param height height, in pixels
 * @param width width, in pixels
 */
public record InputSize(int height, int width) {

  /**
   * {@return the size in the format of {@code --size}: one number for a square, else HEIGHTxWIDTH}
   */
  @Override
  public String toString() {
    return height == width ? Integer.toString(height) : height + "x" + width;
  }

  /** Reads {@code 224} or {@code 48x192}. */
  static final class Converter implements ITypeConverter<InputSize> {

    private static final Pattern SIZE = Pattern.compile("(\\d+)(?:x(\\d+))?");

    @Override
    public InputSize convert(String value) {
      Matcher size = SIZE.matcher(value.strip());
      if (!size.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a number of pixels or HEIGHTxWIDTH, for example 48x192");
      }
      int height = side(size.group(1));
      return new InputSize(height, size.group(2) == null ? height : side(size.group(2)));
    }

    private static int side(String digits) {
      int side = digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
      if (side < 1 || side > Preprocessing.MAX_SIZE) {
        throw new TypeConversionException(
            digits + " is not between 1 and " + Preprocessing.MAX_SIZE + " pixels");
      }
      return side;
    }
  }
}
