package dev.millrace.service.page;

import dev.millrace.core.evaluation.Proportion;
import java.util.Locale;

/** Formats accuracies for the page. */
final class AccuracyText {

  private AccuracyText() {}

  /**
   * Returns an accuracy with its interval, for example {@code 82.4 % (80.1 to 84.5) of 1,250}.
   *
   * @param accuracy share of the images that are classified correctly, or null if unknown
   * @param images number of images, or null if unknown. The text then says so. The text has no
   *     interval if this number is unknown, or if the accuracy is not between 0 and 1
   * @return the text, or null if the accuracy is unknown
   */
  static String of(Double accuracy, Integer images) {
    if (accuracy == null) {
      return null;
    }
    if (images == null || images < 1) {
      return String.format(Locale.ROOT, "%.1f %%, number of images unknown", 100 * accuracy);
    }
    return accuracy >= 0 && accuracy <= 1
        ? of(Proportion.ofShare(accuracy, images), images)
        : String.format(Locale.ROOT, "%.1f %% of %,d", 100 * accuracy, images);
  }

  /** Returns an accuracy that was measured on a number of images. */
  static String of(Proportion accuracy, int images) {
    return String.format(Locale.ROOT, "%s of %,d", accuracy.inPercent(), images);
  }
}
