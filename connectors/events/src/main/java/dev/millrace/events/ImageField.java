package dev.millrace.events;

import java.util.Arrays;
import java.util.List;

/**
 * The field of an event that holds the image.
 *
 * @param path the names of the fields that lead to the image, outermost first
 */
public record ImageField(List<String> path) {

  /** The configuration key of the field. */
  public static final String KEY = "image.field";

  /** The field {@code image}. */
  public static final ImageField DEFAULT = new ImageField(List.of("image"));

  /**
   * Validates the path.
   *
   * @param path the names of the fields that lead to the image, outermost first
   * @throws IllegalArgumentException if the path or a name is empty
   */
  public ImageField {
    path = List.copyOf(path);
    if (path.isEmpty() || path.contains("")) {
      throw new IllegalArgumentException(
          "image-field: '"
              + String.join(".", path)
              + "' is not the name of a field, or names joined by dots, such as payload.image");
    }
  }

  /**
   * Parses a path.
   *
   * @param text the names joined by dots, for example {@code payload.image}
   * @return the field
   * @throws IllegalArgumentException if a name is empty
   */
  public static ImageField of(String text) {
    return new ImageField(Arrays.asList(text.split("\\.", -1)));
  }

  /** {@return the names joined by dots} */
  @Override
  public String toString() {
    return String.join(".", path);
  }
}
