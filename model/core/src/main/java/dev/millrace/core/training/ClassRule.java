package dev.millrace.core.training;

import dev.millrace.core.model.Labels;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;

/**
 * The rule for the classes that a network learns.
 *
 * @param fixed the names of the classes, in the order of their indices; images with another name
 *     are left out. If empty, the images' names are the classes
 * @param minImages smallest number of different images that a name needs to become a class, at
 *     least 1. This number has no effect on fixed classes, or on classes of a version that was
 *     already published
 * @param needsImages whether a training needs at least one training image of each fixed class that
 *     is not published
 */
public record ClassRule(Optional<Labels> fixed, int minImages, boolean needsImages) {

  /**
   * Validates the values.
   *
   * @param fixed the names of the classes
   * @param minImages smallest number of different images that a name needs to become a class
   * @param needsImages whether a training needs a training image of each fixed class
   * @throws IllegalArgumentException if the number is below 1, or a name is fixed twice
   */
  public ClassRule {
    Objects.requireNonNull(fixed, "fixed");
    if (minImages < 1) {
      throw new IllegalArgumentException("min-per-class: " + minImages + " must be at least 1");
    }
    fixed.ifPresent(
        labels -> {
          HashSet<String> names = new HashSet<>();
          for (String name : labels.names()) {
            if (!names.add(name)) {
              throw new IllegalArgumentException(
                  "classes: '" + name + "' is listed twice; list each class once");
            }
          }
        });
  }

  /**
   * Creates a rule for a training that needs at least one training image of each fixed class that
   * is not published.
   *
   * @param fixed the names of the classes, in the order of their indices
   * @param minImages smallest number of different images that a name needs to become a class
   * @throws IllegalArgumentException if the number is below 1, or a name is fixed twice
   */
  public ClassRule(Optional<Labels> fixed, int minImages) {
    this(fixed, minImages, true);
  }

  /**
   * Creates a rule without fixed classes.
   *
   * @param minImages smallest number of different images that a name needs to become a class
   * @throws IllegalArgumentException if the number is below 1
   */
  public ClassRule(int minImages) {
    this(Optional.empty(), minImages);
  }
}
