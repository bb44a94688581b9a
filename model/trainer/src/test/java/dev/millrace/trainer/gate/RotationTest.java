package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.data.EvaluationSet;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RotationTest {

  private static Set<Integer> numbers(EvaluationSet images) {
    Set<Integer> numbers = new TreeSet<>();
    images.forEachBatch(
        batch -> {
          for (int i = 0; i < batch.size(); i++) {
            numbers.add(batch.pixels().getInt(i * GateRig.PREPROCESSING.bytes()));
          }
        });
    return numbers;
  }

  @Test
  void size_isHalfOfTheImages_butNotTooSmall() {
    assertThat(Rotation.size(7)).isEqualTo(7);
    assertThat(Rotation.size(512)).isEqualTo(512);
    assertThat(Rotation.size(1_000)).isEqualTo(512);
    assertThat(Rotation.size(5_000)).isEqualTo(2_500);
  }

  @Test
  void nextComparison_hasOtherImages_andTwoHaveAll() throws IOException {
    EvaluationSet all = GateRig.images(2 * Rotation.LEAST);
    Set<Integer> first = numbers(Rotation.of(all, 4, 1));
    Set<Integer> second = numbers(Rotation.of(all, 4, 2));

    assertThat(first).hasSize(Rotation.LEAST).doesNotContainAnyElementsOf(second);
    assertThat(numbers(Rotation.of(all, 4, 1))).isEqualTo(first);
    first.addAll(second);
    assertThat(first).hasSize(2 * Rotation.LEAST);
  }

  /** Version 6 was the second candidate that was compared with version 4. */
  @Test
  void newChampion_isComparedOnOtherImagesThanThoseThatItWonOn() throws IOException {
    EvaluationSet all = GateRig.images(2 * Rotation.LEAST);

    assertThat(numbers(Rotation.of(all, 6, 1)))
        .doesNotContainAnyElementsOf(numbers(Rotation.of(all, 4, 2)));
  }

  @Test
  void images_areMixed() throws IOException {
    Set<Integer> some = numbers(Rotation.of(GateRig.images(2 * Rotation.LEAST), null, 1));

    long small = some.stream().filter(number -> number < Rotation.LEAST).count();
    assertThat(small).isBetween(200L, 312L);
  }
}
