package dev.millrace.service.bench;

import java.util.Objects;

/**
 * One result of a benchmark.
 *
 * @param name the measured part's name, a dot, and the figure's own name, as in {@code
 *     resnet50.whole_over_limit}
 * @param value the median of the rounds
 * @param unit unit of the value; empty for a ratio
 * @param note a few words that explain the figure
 */
public record Figure(String name, double value, String unit, String note) {

  /**
   * Creates a figure. The name, the unit and the note must not be null.
   *
   * @param name the measured part's name, a dot, and the figure's own name, as in {@code
   *     resnet50.whole_over_limit}
   * @param value the median of the rounds
   * @param unit unit of the value
   * @param note a few words that explain the figure
   */
  public Figure {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(note, "note");
  }
}
