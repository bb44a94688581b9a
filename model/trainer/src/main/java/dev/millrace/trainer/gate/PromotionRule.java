package dev.millrace.trainer.gate;

import dev.millrace.core.evaluation.LeastShare;
import dev.millrace.core.evaluation.McNemar;
import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.training.Verdict;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether a candidate is promoted. The decision depends only on the numbers of right and
 * wrong answers. Immutable.
 *
 * @param margin the smallest gain, in percentage points
 * @param minAccuracy the accuracy that the first version must exceed, in percent, with the
 *     confidence of the round. If empty, the first version has to be better than a classifier that
 *     always answers with the most frequent class
 * @param maxGrowthLoss the loss, in percentage points, that a candidate with new classes must
 *     exclude
 */
record PromotionRule(double margin, Optional<Double> minAccuracy, double maxGrowthLoss) {

  /**
   * Decides whether a candidate becomes the first promoted version.
   *
   * @param pairs the answers of the candidate, and of a classifier that always answers with the
   *     most frequent class
   * @param round the number of this decision, from 1
   */
  Verdict first(Pairs pairs, int round) {
    double level = Spending.level(round);
    double p =
        minAccuracy
            .map(percent -> LeastShare.p(pairs.right(), pairs.images(), percent / 100))
            .orElseGet(() -> McNemar.oneSided(pairs.gained(), pairs.lost()));
    return new Verdict(
        p < level,
        String.format(
            Locale.ROOT,
            "no version was promoted yet, and the accuracy is %s of %,d images, %s",
            pairs.accuracyText(),
            pairs.images(),
            minAccuracy
                .map(percent -> atLeast(pairs, percent, round, level))
                .orElseGet(() -> againstTheMostFrequentClass(pairs, p, round, level))),
        pairs.images(),
        pairs.accuracy(),
        null,
        null,
        pairs.gained(),
        pairs.lost(),
        p,
        round,
        level);
  }

  private static String atLeast(Pairs pairs, double percent, int round, double level) {
    return String.format(
        Locale.ROOT,
        "at least %.1f %% with %.1f %% confidence in round %d; the required minimum accuracy is %.1f %%",
        100 * LeastShare.bound(pairs.right(), pairs.images(), level),
        100 * (1 - level),
        round,
        percent);
  }

  private static String againstTheMostFrequentClass(
      Pairs pairs, double p, int round, double level) {
    return String.format(
        Locale.ROOT,
        "against %s of the most frequent class (p %s%s)",
        pairs.otherAccuracyText(),
        text(p),
        p < level ? "" : "; round " + round + " requires p < " + text(level));
  }

  /**
   * Decides whether a candidate replaces the champion.
   *
   * @param pairs the answers of the candidate and of the champion
   * @param champion the champion's version number
   * @param round the number of this comparison with this champion, from 1
   */
  Verdict better(Pairs pairs, int champion, int round) {
    double p = McNemar.oneSided(pairs.gained(), pairs.lost());
    double level = Spending.level(round);
    boolean isEnough = pairs.points() >= margin && pairs.gained() > pairs.lost();
    boolean isSignificant = p < level;
    String found =
        String.format(
            Locale.ROOT, "%s against version %d (p %s)", pairs.gainText(), champion, text(p));
    if (!isEnough) {
      found += String.format(Locale.ROOT, "; %.2f are required", margin);
    } else if (!isSignificant) {
      found += ", which may be chance: round " + round + " requires p < " + text(level);
    }
    return new Verdict(
        isEnough && isSignificant,
        found,
        pairs.images(),
        pairs.accuracy(),
        champion,
        pairs.otherAccuracy(),
        pairs.gained(),
        pairs.lost(),
        p,
        round,
        level);
  }

  /**
   * Decides whether a candidate with new classes after the champion's classes replaces the
   * champion.
   *
   * @param old the answers for the images of the champion's classes
   * @param all the answers for the images of all classes
   * @param champion the champion's version number
   * @param round the number of this comparison with this champion, from 1
   */
  Verdict grown(Pairs old, Pairs all, int champion, int round) {
    double level = Spending.level(round);
    double p = NonInferiority.p(old.images(), old.gained(), old.lost(), maxGrowthLoss / 100);
    boolean isNotWorse = p < level;
    boolean hasLearned = all.gained() >= all.lost();
    String found =
        String.format(
            Locale.ROOT,
            "new classes: %s of the classes of version %d, whose loss is below %.2f points (p %s),"
                + " and %s of all classes",
            old.gainText(),
            champion,
            maxGrowthLoss,
            text(p),
            all.gainText());
    if (!isNotWorse) {
      found += "; round " + round + " requires p < " + text(level);
    } else if (!hasLearned) {
      found += "; 0.00 are required";
    }
    return new Verdict(
        isNotWorse && hasLearned,
        found,
        all.images(),
        all.accuracy(),
        champion,
        all.otherAccuracy(),
        old.gained(),
        old.lost(),
        p,
        round,
        level);
  }

  private static String text(double p) {
    return String.format(Locale.ROOT, "%.3g", p);
  }
}
