package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Labels;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.FolderImages;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenSetTest {

  private static final Verdict BLESSED =
      new Verdict(true, "better", 400, 0.9, 4, 0.8, 50, 10, 1e-7, 1, 0.01375);

  private static final Fingerprint SET = new Fingerprint("any", Map.of("a", 1_500));

  @TempDir private Path folder;

  /** A session that gives every image the same class. */
  private static ModelSession always(int answer) {
    return new ModelSession() {
      @Override
      public int classes() {
        return 2;
      }

      @Override
      public int inputWidth() {
        return SmallImages.SIDE;
      }

      @Override
      public int inputHeight() {
        return SmallImages.SIDE;
      }

      @Override
      public void run(ByteBuffer pixels, int count, FloatBuffer probabilities) {
        for (int i = 0; i < count; i++) {
          probabilities.put(2 * i, 1 - answer);
          probabilities.put(2 * i + 1, answer);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void candidateThatLosesLittle_staysBlessed() {
    Verdict verdict = GoldenSet.judge(BLESSED, new Pairs(1_500, 1_300, 40, 35), 1, SET);

    assertThat(verdict.blessed()).isTrue();
    assertThat(verdict.reason())
        .startsWith(
            "better; golden set: +0.33 points (-0.85 to +1.53) on 1,500 images, and a loss of at most"
                + " 0.")
        .endsWith(" points with 95 % confidence");
    assertThat(verdict.golden().championAccuracy()).isEqualTo(1_295 / 1_500.0);
    assertThat(verdict.golden().bound()).isBetween(0.6, 0.8);
    assertThat(CheckpointPromotion.figures(verdict)).containsEntry("golden_lost", 35.0);
  }

  @Test
  void candidateThatMayLoseMuch_isNotBlessed() {
    Verdict verdict = GoldenSet.judge(BLESSED, new Pairs(1_500, 1_300, 35, 50), 1, SET);

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason()).startsWith("better; golden set: -1.00 points").endsWith("1.00");
  }

  /** Both folders have three images. The folder {@code b} is no class. */
  @Test
  void images_areComparedByTheNameOfTheirClass() {
    SmallImages.write(folder, 2, 3);
    Gate.Golden golden = new Gate.Golden(folder, 50);
    try (GoldenSet set =
        GoldenSet.open(golden, Configs.PREPROCESSING, new Labels(List.of("other", "a")))) {
      Verdict verdict = set.judge(BLESSED, always(1), 2, () -> always(0));

      assertThat(verdict.golden().images()).isEqualTo(3);
      assertThat(verdict.golden().gained()).isEqualTo(3);
      assertThat(verdict.golden().lost()).isZero();
      assertThat(verdict.golden().set())
          .as("of all images, also those of no class")
          .isEqualTo(FolderImages.find(folder).fingerprint());
      assertThat(verdict.golden().set().classes()).isEqualTo(Map.of("a", 3, "b", 3));
    }
  }

  /** The champion knows only the first class, so it would be wrong on all images of the second. */
  @Test
  void imagesOfANewClass_doNotHideALossOnTheOldClasses() {
    SmallImages.write(folder, 2, 3);
    try (GoldenSet set =
        GoldenSet.open(
            new Gate.Golden(folder, 50), Configs.PREPROCESSING, new Labels(List.of("a", "b")))) {
      Verdict verdict = set.judge(BLESSED, always(1), 1, () -> always(0));

      assertThat(verdict.blessed()).isFalse();
      assertThat(verdict.golden().images()).isEqualTo(3);
      assertThat(verdict.golden().lost()).isEqualTo(3);
    }
  }

  @Test
  void copiesOfAnImage_areComparedOnce() throws Exception {
    SmallImages.write(folder, 2, 3);
    Files.copy(folder.resolve("a/0000.png"), folder.resolve("a/copy.png"));
    try (GoldenSet set =
        GoldenSet.open(
            new Gate.Golden(folder, 50), Configs.PREPROCESSING, new Labels(List.of("a", "b")))) {
      assertThat(set.judge(BLESSED, always(1), 2, () -> always(0)).golden().images()).isEqualTo(6);
    }
  }

  @Test
  void setWithoutAnImageOfTheChampionsClasses_blessesNothing() {
    SmallImages.write(folder, 1, 3);
    try (GoldenSet set =
        GoldenSet.open(
            new Gate.Golden(folder, 50),
            Configs.PREPROCESSING,
            new Labels(List.of("other", "a")))) {
      Verdict verdict = set.judge(BLESSED, always(1), 1, () -> always(0));

      assertThat(verdict.blessed()).isFalse();
      assertThat(verdict.reason()).endsWith("the largest allowed loss is 50.00");
    }
  }

  @Test
  void unreadableImages_areNamed() throws Exception {
    SmallImages.write(folder, 2, 1);
    Files.writeString(folder.resolve("a/bad.png"), "no image");
    Files.writeString(folder.resolve("b/bad.png"), "no image either");

    assertThatThrownBy(
            () ->
                GoldenSet.open(
                    new Gate.Golden(folder, 1),
                    Configs.PREPROCESSING,
                    new Labels(List.of("a", "b"))))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith(
            "golden: in " + folder + ", 2 of 4 images cannot be read: a/bad.png (")
        .hasMessageContaining(", b/bad.png (")
        .hasMessageEndingWith("; remove them");
  }
}
