package dev.millrace.onnx;

import dev.millrace.core.model.ModelException;
import java.util.List;
import java.util.Locale;

/**
 * Decides whether two answers of a model to the same image are equal except for rounding.
 *
 * @param tolerance the largest difference between two scores that rounding can cause
 * @param strict the largest difference between two answers that count as answers to the same image;
 *     at most {@code tolerance}
 * @param tellsApart whether the answers to different images differ by more than rounding can cause
 */
record Agreement(double tolerance, double strict, boolean tellsApart) {

  /**
   * Factor by which the tolerance must be smaller than the difference between two images' answers.
   */
  private static final int MARGIN = 4;

  /**
   * Largest factor by which the strict tolerance may be smaller than the tolerance. With a larger
   * factor, rounding alone could exceed the strict tolerance.
   */
  private static final int FLOOR = 20;

  /**
   * Derives the tolerance from a model's answers to different images.
   *
   * @param answers the scores for each image; all arrays have the same length
   * @param rounding the model's rounding
   * @throws ModelException if a score is not finite
   */
  static Agreement of(List<float[]> answers, Rounding rounding) {
    double largest = 0;
    for (float[] answer : answers) {
      for (float score : answer) {
        if (!Float.isFinite(score)) {
          throw new ModelException(
              "the model answers "
                  + score
                  + " to a sample image: check its weights, and that mean and std are those it was"
                  + " trained with");
        }
        largest = Math.max(largest, Math.abs(score));
      }
    }
    double usual = rounding.relative() * largest;
    double apart = nearest(answers) / MARGIN;
    return apart * FLOOR < usual || apart == 0
        ? new Agreement(usual, usual, false)
        : new Agreement(usual, Math.min(usual, apart), true);
  }

  private static double nearest(List<float[]> answers) {
    double nearest = Double.MAX_VALUE;
    for (int i = 0; i < answers.size(); i++) {
      for (int j = 0; j < i; j++) {
        nearest = Math.min(nearest, distance(answers.get(i), answers.get(j)));
      }
    }
    return nearest;
  }

  /** {@return whether the answers are equal except for rounding} */
  boolean isRounding(float[] expected, float[] actual) {
    return distance(expected, actual) <= tolerance;
  }

  /** {@return whether the answers are equal except for rounding, and belong to the same image} */
  boolean isSameImage(float[] expected, float[] actual) {
    return distance(expected, actual) <= strict;
  }

  /** {@return the largest difference between two scores, as text} */
  String difference(float[] expected, float[] actual) {
    return String.format(Locale.ROOT, "%.3g", distance(expected, actual));
  }

  private static double distance(float[] one, float[] other) {
    if (one.length != other.length) {
      return Double.POSITIVE_INFINITY;
    }
    double distance = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = Math.abs((double) one[i] - other[i]);
      distance = Double.isNaN(difference) ? Double.NaN : Math.max(distance, difference);
    }
    return distance;
  }
}
