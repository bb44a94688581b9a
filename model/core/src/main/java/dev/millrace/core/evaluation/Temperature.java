package dev.millrace.core.evaluation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * Temperature scaling: the logits of a classifier are divided by one number, the temperature,
 * before the softmax. A temperature above 1 makes the classifier less certain. The most probable
 * class stays the same. See C. Guo et al., "On calibration of modern neural networks" (2017),
 * section 4.2.
 *
 * <p>The fitted temperature T minimises the sum of the images' log losses. The sum is convex in b =
 * 1 / T, so Newton's method finds its minimum. The penalty {@code b - 1 - ln b} is added to the
 * sum. The penalty has about the weight of one image, pulls T towards 1, and keeps T above 0 if the
 * classifier is right about all images.
 */
public final class Temperature {

  /** The largest temperature. The smallest temperature is {@code 1 / LIMIT}. */
  static final double LIMIT = 20;

  private static final double PRECISION = 1e-6;
  private static final MathContext DIGITS = new MathContext(4);

  private Temperature() {}

  /**
   * Fits the temperature. To fit and evaluate a temperature on one set of images, use {@link
   * CrossFit} instead, because otherwise the measures would be too optimistic.
   *
   * @param logits the logits of each image, {@code float[classes]}, finite. Logarithms of
   *     probabilities are also allowed, because the softmax does not change if the same number is
   *     added to all logits
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
      // If Newton's step leaves the range from low to high, the geometric mean of low and high is
      // used.
      inverse = next > low && next < high ? next : Math.sqrt(low * high);
    }
    return new BigDecimal(1 / inverse).round(DIGITS).doubleValue();
  }

  /**
   * {@return the mean and the variance of the logits, weighted by the softmax of {@code inverse}
   * times the logits}
   */
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
   * {@return logits for a model that returns probabilities: the natural logarithms of the
   * probabilities} Probabilities below {@link Float#MIN_NORMAL} count as {@link Float#MIN_NORMAL}.
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
