package dev.millrace.core.evaluation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * Temperature scaling: a classifier whose logits are divided by one number, the temperature, before
 * the softmax. A temperature above 1 makes the classifier less certain. The most probable class
 * stays the same. See C. Guo et al., "On calibration of modern neural networks" (2017), section
 * 4.2.
 *
 * <p>The temperature T has the smallest sum of the images' log losses. In b = 1 / T, this sum is
 * convex, so Newton's method finds its minimum. The penalty {@code b - 1 - ln b} is added to the
 * sum: it pulls T towards 1 as weakly as one image, and keeps T finite if the classifier is right
 * about all images.
 */
public final class Temperature {

  /** The largest temperature, and the inverse of the smallest one. */
  static final double LIMIT = 20;

  private static final double PRECISION = 1e-6;
  private static final MathContext DIGITS = new MathContext(4);

  private Temperature() {}

  /**
   * Fits the temperature. The measures of these images with this temperature are too good; those of
   * {@link CrossFit} are not.
   *
   * @param logits the logits of each image, {@code float[classes]}, finite. The logarithms of
   *     probabilities may take their place, because a softmax ignores a number that is added to all
   *     logits
   * @param truths index of each image's class
   * @return the temperature, from 1/20 to 20, rounded to four digits; 1 without images
   * @throws IllegalArgumentException if the lists differ in length
   */
  public static double fit(List<float[]> logits, List<Integer> truths) {
    if (logits.size() != truths.size()) {
      throw new IllegalArgumentException(
          logits.size() + " rows of logits for " + truths.size() + " images");
    }
    double low = 1 / LIMIT;
    double high = LIMIT;
    double inverse = 1;
    while (high - low > PRECISION * low) {
      double slope = 1 - 1 / inverse;
      double curvature = 1 / (inverse * inverse);
      for (int i = 0; i < logits.size(); i++) {
        double[] moments = moments(logits.get(i), inverse);
        slope += moments[0] - logits.get(i)[truths.get(i)];
        curvature += moments[1];
      }
      double next = inverse - slope / curvature;
      if (Math.abs(next - inverse) <= PRECISION * inverse) {
        break;
      }
      if (slope > 0) {
        high = inverse;
      } else {
        low = inverse;
      }
      // A step that leaves the bracket is replaced by its middle.
      inverse = next > low && next < high ? next : Math.sqrt(low * high);
    }
    return new BigDecimal(1 / inverse).round(DIGITS).doubleValue();
  }

  /** {@return the mean and the variance of the logits under the softmax of b times the logits} */
  private static double[] moments(float[] logits, double inverse) {
    double largest = largest(logits);
    double total = 0;
    double mean = 0;
    double square = 0;
    for (float logit : logits) {
      double apart = logit - largest; // keeps the squares small
      double weight = Math.exp(inverse * apart);
      total += weight;
      mean += weight * apart;
      square += weight * apart * apart;
    }
    mean /= total;
    return new double[] {largest + mean, Math.max(0, square / total - mean * mean)};
  }

  private static double largest(float[] values) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /**
   * {@return the softmax of the logits divided by the temperature}
   *
   * @param logits the logits of one image
   * @param temperature the temperature, above 0
   */
  public static float[] probabilities(float[] logits, double temperature) {
    double largest = largest(logits);
    double total = 0;
    for (float logit : logits) {
      total += Math.exp((logit - largest) / temperature);
    }
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = (float) (Math.exp((logits[i] - largest) / temperature) / total);
    }
    return probabilities;
  }

  /**
   * {@return the logits of a model that returns probabilities: their natural logarithms, where a
   * probability counts as at least {@link Float#MIN_NORMAL}}
   *
   * @param probabilities the probabilities of one image
   */
  public static float[] logits(float[] probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(Math.max(probabilities[i], Float.MIN_NORMAL));
    }
    return logits;
  }
}
