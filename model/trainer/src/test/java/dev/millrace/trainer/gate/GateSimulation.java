package dev.millrace.trainer.gate;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Simulates rounds of the gate: {@link PromotionRule} decides on random answers. A share of the
 * images is classified correctly by only one of both versions. The candidate's expected accuracy is
 * higher than the champion's by the given gain.
 */
final class GateSimulation {

  private static final PromotionRule RULE = new PromotionRule(0, Optional.empty(), 3);
  private static final int SERIES = 2_000;

  private final int images;
  private final double differ;
  private final double kept;

  /**
   * @param images number of images in each comparison
   * @param differ share of the images that only one of both versions classifies correctly
   * @param kept share of the images for which a candidate has the answer of the candidate before
   *     it, from 0 (each round has new images) to 1 (all rounds have the same images and answers)
   */
  GateSimulation(int images, double differ, double kept) {
    this.images = images;
    this.differ = differ;
    this.kept = kept;
  }

  /**
   * {@return the number of the 2,000 series that contain a promotion}
   *
   * @param gain the candidates' true gain, from 0 to {@code differ}
   */
  int promoted(double gain, int rounds) {
    SplittableRandom random = new SplittableRandom(20);
    int promoted = 0;
    for (int series = 0; series < SERIES; series++) {
      promoted += isPromoted(gain, rounds, random) ? 1 : 0;
    }
    return promoted;
  }

  static double share(int promoted) {
    return promoted / (double) SERIES;
  }

  static int series() {
    return SERIES;
  }

  private boolean isPromoted(double gain, int rounds, SplittableRandom random) {
    double[] answers = new double[images];
    boolean isPromoted = false;
    for (int round = 1; round <= rounds && !isPromoted; round++) {
      int gained = 0;
      int lost = 0;
      for (int i = 0; i < images; i++) {
        if (round == 1 || kept == 0 || random.nextDouble() >= kept) {
          answers[i] = random.nextDouble();
        }
        gained += answers[i] < (differ + gain) / 2 ? 1 : 0;
        lost += answers[i] >= 1 - (differ - gain) / 2 ? 1 : 0;
      }
      isPromoted =
          RULE.better(new Pairs(images, images / 2 + gained, gained, lost), 1, round).blessed();
    }
    return isPromoted;
  }
}
