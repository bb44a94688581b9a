package dev.millrace.trainer.gate;

import dev.millrace.core.evaluation.Estimate;
import dev.millrace.core.evaluation.PairedGain;
import dev.millrace.core.evaluation.Proportion;
import java.util.Locale;

/**
 * Counts of the answers that a candidate and another classifier give for the same images.
 *
 * @param images number of images
 * @param right number of images that the candidate classifies correctly
 * @param gained number of images that only the candidate classifies correctly
 * @param lost number of images that only the other classifier classifies correctly
 */
record Pairs(int images, int right, int gained, int lost) {

  static Pairs of(Answers candidate, Answers other) {
    return new Pairs(
        candidate.size(), candidate.rightOnes(), candidate.notIn(other), other.notIn(candidate));
  }

  /** {@return the candidate's accuracy, from 0 to 1; 0 without images} */
  double accuracy() {
    return images == 0 ? 0 : (double) right / images;
  }

  /** {@return the other classifier's accuracy, from 0 to 1; 0 without images} */
  double otherAccuracy() {
    return images == 0 ? 0 : (double) (right - gained + lost) / images;
  }

  /** {@return the candidate's accuracy with its 95 % interval, as text} */
  String accuracyText() {
    return shareText(right);
  }

  /** {@return the other classifier's accuracy with its 95 % interval, as text} */
  String otherAccuracyText() {
    return shareText(right - gained + lost);
  }

  private String shareText(int count) {
    return images == 0 ? "unknown" : Proportion.of(count, images).inPercent();
  }

  /**
   * {@return the candidate's gain with its 95 % interval and the number of images, as text, for
   * example {@code +1.95 points (+0.50 to +3.83) on 512 images}}
   */
  String gainText() {
    Estimate gain = PairedGain.inPoints(images, gained, lost);
    return String.format(
        Locale.ROOT,
        "%+.2f points (%+.2f to %+.2f) on %,d images",
        gain.value(),
        gain.low(),
        gain.high(),
        images);
  }

  /** {@return the candidate's gain, in percentage points; 0 without images} */
  double points() {
    return images == 0 ? 0 : 100.0 * (gained - lost) / images;
  }
}
