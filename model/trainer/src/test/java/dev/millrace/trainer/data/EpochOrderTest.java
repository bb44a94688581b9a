package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

  /** Class 0 has eight images, class 1 has one, and class 2 has three. */
  private static final int[] LABELS = {0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 2};

  @Test
  void balanced_hasEachClassEquallyOften_andASeedOfItsOwn() {
    Set<String> orders = new HashSet<>();
    Set<Integer> used = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      int[] order = EpochOrder.balanced(LABELS, new SplittableRandom(seed));
      assertThat(order).isEqualTo(EpochOrder.balanced(LABELS, new SplittableRandom(seed)));
      for (int label = 0; label < 3; label++) {
        int wanted = label;
        assertThat(Arrays.stream(order).filter(image -> LABELS[image] == wanted)).hasSize(4);
      }
      assertThat(Arrays.stream(order).filter(image -> LABELS[image] == 0).distinct()).hasSize(4);
      orders.add(Arrays.toString(order));
      Arrays.stream(order).forEach(used::add);
    }
    assertThat(orders).hasSizeGreaterThan(45);
    assertThat(used).hasSize(LABELS.length);
  }
}
