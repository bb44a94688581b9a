package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.data.EvaluationSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotationTest {

  @TempDir private Path folder;

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

  /** Most versions of a training from topics are checkpoints that the gate does not judge. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void newChampion_isComparedOnOtherImagesThanThoseThatItWonOn(int checkpoints) throws IOException {
    GateRig rig = new GateRig(folder);
    EvaluationSet all = GateRig.images(2 * Rotation.LEAST);
    Integer champion = null;
    for (int round : new int[] {1, 1, 2, 3, 1}) {
      Set<Integer> wonOn = numbers(of(all, rig, champion, round));
      for (int i = 1; i < checkpoints; i++) {
        rig.publish(number -> false);
      }
      champion =
          rig.publish(
                  new Verdict(
                      true,
                      "",
                      512,
                      0.5,
                      champion,
                      champion == null ? null : 0.4,
                      9,
                      0,
                      0,
                      round,
                      0.01))
              .version();
      assertThat(numbers(of(all, rig, champion, 1))).doesNotContainAnyElementsOf(wonOn);
    }
  }

  private static EvaluationSet of(EvaluationSet all, GateRig rig, Integer champion, int round) {
    return Rotation.of(all, rig.past().before(champion), round);
  }

  @Test
  void countOfComparisons_endsAtAVersionThatWasRemoved() throws IOException {
    GateRig rig = new GateRig(folder);

    assertThat(rig.past().before(null)).isZero();
    assertThat(rig.past().before(9)).isZero();
    rig.publish(new Verdict(true, "", 512, 0.5, 9, 0.4, 9, 0, 0, 3, 0.01));
    assertThat(rig.past().before(1)).isEqualTo(3);
  }

  @Test
  void images_areMixed() throws IOException {
    Set<Integer> some = numbers(Rotation.of(GateRig.images(2 * Rotation.LEAST), 0, 1));

    long small = some.stream().filter(number -> number < Rotation.LEAST).count();
    assertThat(small).isBetween(200L, 312L);
  }
}
