package dev.millrace.core.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * A temperature that is fitted and evaluated on one set of images by cross-validation. The images
 * are divided into {@value #FOLDS} folds. The images of a fold are evaluated with a temperature
 * that was fitted on the other folds, so that no image is evaluated with a temperature to which it
 * contributed. The classifier itself gets the temperature that was fitted on all images.
 *
 * @param calibration the temperature fitted on all images, and the measures without a temperature
 * @param figures the measures of all images, each evaluated with the temperature for its fold
 */
public record CrossFit(Calibration calibration, Figures figures) {

  static final int FOLDS = 5;

  /**
   * Fits the temperature, and evaluates it by cross-validation.
   *
   * @param logits the logits of each image, as {@link Temperature#fit} takes them; at least one
   * @param truths index of each image's class
   * @return the temperature and the measures
   * @throws IllegalArgumentException if the lists differ in length, or there are no images
   */
  public static CrossFit of(List<float[]> logits, List<Integer> truths) {
    if (logits.isEmpty()) {
      throw new IllegalArgumentException("there are no images");
    }
    double temperature = Temperature.fit(logits, truths);
    double[] ofFold = new double[FOLDS];
    for (int fold = 0; fold < FOLDS; fold++) {
      ofFold[fold] = without(fold, logits, truths);
    }
    Evaluation before = new Evaluation(logits.get(0).length);
    Evaluation after = new Evaluation(logits.get(0).length);
    int changed = 0;
    for (int i = 0; i < logits.size(); i++) {
      float[] row = logits.get(i);
      float[] plain = Temperature.probabilities(row, 1);
      float[] soft = Temperature.probabilities(row, temperature);
      changed += Evaluation.mostProbable(plain) == Evaluation.mostProbable(soft) ? 0 : 1;
      before.add(truths.get(i), plain);
      after.add(truths.get(i), Temperature.probabilities(row, ofFold[i % FOLDS]));
    }
    return new CrossFit(
        new Calibration(temperature, logits.size(), changed, before.figures().overall()),
        after.figures());
  }

  /** {@return the temperature fitted on all images outside a fold} */
  private static double without(int fold, List<float[]> logits, List<Integer> truths) {
    List<float[]> otherLogits = new ArrayList<>();
    List<Integer> otherTruths = new ArrayList<>();
    for (int i = 0; i < logits.size(); i++) {
      if (i % FOLDS != fold) {
        otherLogits.add(logits.get(i));
        otherTruths.add(truths.get(i));
      }
    }
    return Temperature.fit(otherLogits, otherTruths);
  }
}
