package dev.millrace.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.training.Mixing;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BatchMixerTest {

  private static final int SIDE = 8;
  private static final int BYTES = SIDE * SIDE * 3;
  private static final int IMAGES = 3;

  /**
   * Returns three images. All values of the first image are 0, of the second 100, and of the third
   * 200.
   */
  private static ByteBuffer images() {
    ByteBuffer pixels = ByteBuffer.allocateDirect(IMAGES * BYTES);
    for (int i = 0; i < pixels.capacity(); i++) {
      pixels.put(i, (byte) (100 * (i / BYTES)));
    }
    return pixels;
  }

  private static double mean(ByteBuffer pixels, int image) {
    double sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += pixels.get(image * BYTES + i) & 0xff;
    }
    return sum / BYTES;
  }

  private static BatchMixer mixer(double mixup, double cutMix) {
    return BatchMixer.of(new Mixing(mixup, cutMix), SIDE).orElseThrow();
  }

  @Test
  void nothingAskedFor_isNoMixer() {
    assertThat(BatchMixer.of(Mixing.NONE, SIDE)).isEmpty();
  }

  @Test
  void partners_areInReverseOrder() {
    assertThat(BatchMixer.partners(new int[] {4, 5, 6})).containsExactly(6, 5, 4);
  }

  @Test
  void share_isTheShareOfThePixels() {
    for (BatchMixer mixer : new BatchMixer[] {mixer(1, 0), mixer(0, 1)}) {
      Set<Double> shares = new HashSet<>();
      for (int seed = 0; seed < 50; seed++) {
        ByteBuffer pixels = images();
        double share = mixer.mix(pixels, IMAGES, new SplittableRandom(seed));
        assertThat(mean(pixels, 0)).isCloseTo((1 - share) * 200, within(0.5));
        assertThat(mean(pixels, 1)).isEqualTo(100);
        assertThat(mean(pixels, 2)).isCloseTo(share * 200, within(0.5));
        shares.add(share);
      }
      assertThat(shares).hasSizeGreaterThan(10);
    }
  }

  @Test
  void cutMix_keepsWholePixels_mixupMixesThem() {
    Stream<Integer> seeds = Stream.iterate(0, seed -> seed + 1).limit(20);
    assertThat(seeds).allSatisfy(seed -> assertThat(values(mixer(0, 1), seed)).isSubsetOf(0, 200));
    assertThat(values(mixer(1, 0), 1)).doesNotContain(0, 200);
  }

  @Test
  void bothAskedFor_takeTurns() {
    Set<Boolean> mixed = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      mixed.add(Set.of(0, 200).containsAll(values(mixer(1, 1), seed)));
    }
    assertThat(mixed).hasSize(2);
  }

  private static Set<Integer> values(BatchMixer mixer, int seed) {
    ByteBuffer pixels = images();
    mixer.mix(pixels, IMAGES, new SplittableRandom(seed));
    Set<Integer> values = new HashSet<>();
    for (int i = 0; i < BYTES; i++) {
      values.add(pixels.get(i) & 0xff);
    }
    return values;
  }

  /** The variance of a symmetric beta distribution is {@code 1 / (4 * (2 * alpha + 1))}. */
  @Test
  void beta_hasItsMeanAndItsVariance() {
    for (double alpha : new double[] {0.2, 1, 4}) {
      SplittableRandom random = new SplittableRandom(1);
      double[] draws =
          DoubleStream.generate(() -> Beta.draw(alpha, random)).limit(20_000).toArray();
      double mean = DoubleStream.of(draws).average().orElseThrow();
      double variance =
          DoubleStream.of(draws).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
      assertThat(mean).isCloseTo(0.5, within(0.015));
      assertThat(variance).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.01));
    }
  }
}
