package dev.millrace.trainer.pretrain;

import java.util.Arrays;

/**
 * Classifies by the nearest neighbours: Wu et al., "Unsupervised Feature Learning via
 * Non-Parametric Instance Discrimination" (2018), section 3.4. The {@value #COUNT} images with the
 * most similar features vote; a vote's weight is {@code exp(cosine / 0.07)}. Caron et al. (2021)
 * found that 20 votes do well for most encoders.
 */
final class Neighbours {

  /** The number of neighbours that vote. */
  static final int COUNT = 20;

  private static final double TEMPERATURE = 0.07;

  private final float[][] features;
  private final int[] labels;
  private final int classes;

  /**
   * @param features the features of known images, of which each has length 1
   * @param labels the class of each image
   * @param classes the number of classes
   */
  Neighbours(float[][] features, int[] labels, int classes) {
    this.features = features;
    this.labels = labels;
    this.classes = classes;
  }

  /**
   * {@return the class that gets the largest sum of votes}
   *
   * @param image the features of an image, of length 1
   */
  int classOf(float[] image) {
    long[] nearest = new long[features.length];
    for (int i = 0; i < features.length; i++) {
      // The upper 32 bits hold the similarity. The lower 32 bits hold the image's number, which
      // orders images with equal similarities.
      nearest[i] = ((long) sortable(cosine(image, features[i])) << Integer.SIZE) | i;
    }
    Arrays.sort(nearest);
    double[] votes = new double[classes];
    for (int i = nearest.length - 1; i >= Math.max(0, nearest.length - COUNT); i--) {
      int neighbour = (int) nearest[i];
      double cosine = cosine(image, features[neighbour]);
      votes[labels[neighbour]] += Math.exp(cosine / TEMPERATURE);
    }
    int winner = 0;
    for (int i = 1; i < classes; i++) {
      winner = votes[i] > votes[winner] ? i : winner;
    }
    return winner;
  }

  /** {@return an integer; a larger float gives a larger integer} */
  private static int sortable(float value) {
    int bits = Float.floatToIntBits(value);
    return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
  }

  private static float cosine(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
