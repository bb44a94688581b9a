package dev.millrace.service.bench;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How to measure.
 *
 * @param folder for what is made meanwhile, some gigabytes
 * @param rounds how often everything is measured, one after the other; figures are medians
 * @param scale how many images, as a part of what good figures take
 */
public record BenchmarkConfig(Path folder, int rounds, double scale) {

  public BenchmarkConfig {
    Objects.requireNonNull(folder, "folder");
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + " is not above 0");
    }
    if (!(scale > 0 && scale <= 1)) {
      throw new IllegalArgumentException("scale: " + scale + " is not between 0 and 1");
    }
  }

  /** So many of {@code images}, but no fewer than a thousandth of what good figures take. */
  public int images(int images) {
    return Math.max(images / 1000, (int) (images * scale));
  }
}
