package dev.millrace.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomChangeTest {

  private static final int SIDE = 12;
  private static final int DRAWS = 300;

  private static byte[] image() {
    byte[] pixels = new byte[SIDE * SIDE * Raster.CHANNELS];
    new Random(1).nextBytes(pixels);
    return pixels;
  }

  private static byte[] changed(RandomChange change, byte[] image, long seed) {
    Raster raster = new Raster(SIDE);
    raster.set(image);
    change.apply(raster, new SplittableRandom(seed));
    return raster.pixels().clone();
  }

  static Stream<RandomChange> changes() {
    return Stream.of(
        new PaddedCrop(4),
        new Flip(),
        new ColorJitter(0.4, 0.1),
        new TrivialAugment(),
        new RandomErasing(1));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void seed_determinesTheChange(RandomChange change) {
    Set<Integer> results = new HashSet<>();
    for (int seed = 0; seed < DRAWS; seed++) {
      byte[] result = changed(change, image(), seed);
      assertThat(result).isEqualTo(changed(change, image(), seed));
      results.add(Arrays.hashCode(result));
    }
    assertThat(results).hasSizeGreaterThan(1);
  }

  @Test
  void flip_mirrorsHalfOfTheImages() {
    byte[] image = image();
    byte[] mirrored = new byte[image.length];
    for (int i = 0; i < image.length; i++) {
      int x = i / Raster.CHANNELS % SIDE;
      mirrored[i + (SIDE - 1 - 2 * x) * Raster.CHANNELS] = image[i];
    }
    int count = 0;
    for (int seed = 0; seed < DRAWS; seed++) {
      byte[] result = changed(new Flip(), image, seed);
      assertThat(result).isIn(image, mirrored);
      count += Arrays.equals(result, mirrored) ? 1 : 0;
    }
    assertThat(count).isBetween(DRAWS / 3, 2 * DRAWS / 3);
  }

  @Test
  void paddedCrop_withABorderAsWideAsTheImage_mayBeBlack() {
    byte[] black = new byte[image().length];
    assertThat(Stream.iterate(0, seed -> seed + 1).limit(DRAWS))
        .anyMatch(seed -> Arrays.equals(changed(new PaddedCrop(SIDE), image(), seed), black));
  }

  @Test
  void erasing_changesARectangleOfTheImagesThatItsProbabilitySelects() {
    byte[] black = new byte[image().length];
    int erased = 0;
    for (int seed = 0; seed < DRAWS; seed++) {
      int pixels = 0;
      byte[] result = changed(new RandomErasing(0.25), black, seed);
      for (int i = 0; i < result.length; i += Raster.CHANNELS) {
        pixels += result[i] != 0 || result[i + 1] != 0 || result[i + 2] != 0 ? 1 : 0;
      }
      assertThat(pixels).isLessThanOrEqualTo((int) (0.45 * SIDE * SIDE));
      erased += pixels > 0 ? 1 : 0;
    }
    assertThat(erased).isBetween(DRAWS / 6, DRAWS / 3);
  }

  @Test
  void erasing_reachesEachPixel() {
    byte[] black = new byte[image().length];
    boolean[] erased = new boolean[SIDE * SIDE];
    for (int seed = 0; seed < DRAWS; seed++) {
      byte[] result = changed(new RandomErasing(1), black, seed);
      for (int i = 0; i < result.length; i++) {
        erased[i / Raster.CHANNELS] |= result[i] != 0;
      }
    }
    assertThat(erased).doesNotContain(false);
  }

  @Test
  void colorJitter_withoutStrength_keepsTheImage() {
    assertThat(changed(new ColorJitter(0, 0), image(), 1)).isEqualTo(image());
  }

  @Test
  void trivialAugment_usesItsOperations() {
    Set<Integer> results = new HashSet<>();
    for (int seed = 0; seed < DRAWS; seed++) {
      results.add(Arrays.hashCode(changed(new TrivialAugment(), image(), seed)));
    }
    assertThat(results).hasSizeBetween(100, DRAWS - 10);
  }
}
