package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static float[] at(double degrees) {
    double angle = Math.toRadians(degrees);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  @Test
  void oneNearImage_outvotesSeveralFarOnes() {
    // A vote's weight exp(cos / 0.07) is 1.6e6 at 0 degrees, 1.3e3 at 60 degrees, and 1 at 90
    // degrees.
    float[][] features = {at(0), at(60), at(60), at(-60), at(90)};
    Neighbours neighbours = new Neighbours(features, new int[] {1, 0, 0, 0, 0}, 2);

    assertThat(neighbours.classOf(at(0))).isEqualTo(1);
  }

  @Test
  void severalNearImages_outvoteOneThatIsLittleNearer() {
    // A vote has the weight 1.29e6 at 10 degrees and 1.04e6 at 14 degrees, so two votes outvote
    // one.
    float[][] features = {at(10), at(14), at(-14)};
    Neighbours neighbours = new Neighbours(features, new int[] {0, 1, 1}, 2);

    assertThat(neighbours.classOf(at(0))).isEqualTo(1);
  }

  @Test
  void onlyTheNearestImagesVote() {
    int far = 1_000;
    float[][] features = new float[Neighbours.COUNT + far][];
    int[] labels = new int[features.length];
    for (int i = 0; i < features.length; i++) {
      boolean isFar = i < far;
      features[i] = at(isFar ? 20 : 10);
      labels[i] = isFar ? 1 : 0;
    }
    Neighbours neighbours = new Neighbours(features, labels, 2);

    assertThat(neighbours.classOf(at(0))).isZero();
  }

  @Test
  void oppositeImages_areTheFarthest() {
    float[][] features = new float[Neighbours.COUNT + 1][];
    int[] labels = new int[features.length];
    for (int i = 0; i < features.length; i++) {
      features[i] = at(i == 0 ? 91 : 180 - i);
      labels[i] = i == 0 ? 1 : 0;
    }
    Neighbours neighbours = new Neighbours(features, labels, 2);

    // The vote at 91 degrees has the weight 0.78. All other votes have weights of at most 1.6e-6.
    assertThat(neighbours.classOf(at(0))).isEqualTo(1);
  }
}
