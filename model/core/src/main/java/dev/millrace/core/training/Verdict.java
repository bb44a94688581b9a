package dev.millrace.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.model.Fingerprint;

/**
 * The gate's result for a candidate. TensorFlow Extended (TFX) calls a positive result "blessing".
 * The candidate and the champion classified the same images. No training step has seen these
 * images.
 *
 * @param blessed whether the candidate may serve
 * @param reason the reason, in words
 * @param images number of images that the candidate and the champion classified
 * @param accuracy the candidate's accuracy, from 0 to 1
 * @param champion number of the promoted version, or null if no version was promoted
 * @param championAccuracy the champion's accuracy, from 0 to 1, or null if it is unknown
 * @param gained number of images that only the candidate classifies correctly. If the candidate has
 *     new classes, only images of the champion's classes count here and in {@code lost}
 * @param lost number of images that only the champion classifies correctly
 * @param p p-value of McNemar's one-sided exact test. If the candidate is only as good as the
 *     champion, this is the probability that by chance only the candidate is right on at least
 *     {@code gained} of the {@code gained + lost} images. Without a champion, the p-value of the
 *     comparison with the most frequent class or with the least accuracy. If the candidate has new
 *     classes, the p-value of the test that excludes a loss. 1 if the candidate was not compared
 * @param round number of candidates that have been compared with this champion, including this
 *     candidate; 0 if the candidate was not compared
 * @param level the significance level of this round; 0 if the candidate was not compared
 * @param golden the comparison on the golden set; null if there was none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verdict(
    boolean blessed,
    String reason,
    int images,
    double accuracy,
    Integer champion,
    Double championAccuracy,
    int gained,
    int lost,
    double p,
    int round,
    double level,
    Golden golden) {

  /**
   * The comparison of the candidate and the champion on the golden set.
   *
   * @param images number of images
   * @param accuracy the candidate's accuracy, from 0 to 1
   * @param championAccuracy the champion's accuracy, from 0 to 1
   * @param gained number of images that only the candidate classifies correctly
   * @param lost number of images that only the champion classifies correctly
   * @param bound the upper end of the one-sided 95 % interval of the candidate's loss, in
   *     percentage points
   * @param set identifies the golden set. It may have images of further classes, which are not
   *     compared
   */
  public record Golden(
      int images,
      double accuracy,
      double championAccuracy,
      int gained,
      int lost,
      double bound,
      Fingerprint set) {}

  /**
   * Creates a verdict without a golden set.
   *
   * @param blessed whether the candidate may serve
   * @param reason the reason, in words
   * @param images number of images that the candidate and the champion classified
   * @param accuracy the candidate's accuracy, from 0 to 1
   * @param champion number of the version that serves, or null
   * @param championAccuracy the champion's accuracy, from 0 to 1, or null
   * @param gained number of images that only the candidate classifies correctly
   * @param lost number of images that only the champion classifies correctly
   * @param p p-value of the test
   * @param round number of candidates that have been compared with this champion
   * @param level the significance level of this round
   */
  public Verdict(
      boolean blessed,
      String reason,
      int images,
      double accuracy,
      Integer champion,
      Double championAccuracy,
      int gained,
      int lost,
      double p,
      int round,
      double level) {
    this(
        blessed,
        reason,
        images,
        accuracy,
        champion,
        championAccuracy,
        gained,
        lost,
        p,
        round,
        level,
        null);
  }

  /**
   * {@return a copy of this verdict with the comparison on the golden set}
   *
   * @param isBlessed whether the candidate may serve
   * @param why the reason, in words
   * @param compared the comparison on the golden set
   */
  public Verdict with(boolean isBlessed, String why, Golden compared) {
    return new Verdict(
        isBlessed,
        why,
        images,
        accuracy,
        champion,
        championAccuracy,
        gained,
        lost,
        p,
        round,
        level,
        compared);
  }
}
