package dev.millrace.service.bench;

import java.util.Objects;

/**
 * What was measured.
 *
 * @param name of the part, a dot, and what of it, as in {@code resnet50.whole_over_limit}
 * @param value the median of the rounds
 * @param unit of the value; empty for a ratio
 * @param note what it is, in a few words
 */
public record Figure(String name, double value, String unit, String note) {

  public Figure {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(note, "note");
  }
}
