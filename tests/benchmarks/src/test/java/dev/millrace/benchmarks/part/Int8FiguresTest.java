package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Quantization.Changes;
import dev.millrace.core.model.Quantization.Judgement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Int8FiguresTest {

  private final Collected told = new Collected();

  private static Limits limits(double alone, double withDecoding) {
    return new Limits(new Limit.Rate(alone, 0, 0), new Limit.Rate(withDecoding, 2, 8));
  }

  private static Drained drained(double imagesPerSecond) {
    return new Drained(imagesPerSecond, 10, 9);
  }

  private double figure(String name) {
    return told.values.get("int8.resnet50_" + name);
  }

  private void tell(List<Limits> float32, List<Limits> int8, List<Drained> whole) {
    new Int8Figures("resnet50", told).speeds(float32, int8, whole);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet50", "resnet18", "resnet20"})
  void figures_areNamedAfterTheirNetwork(String arch) {
    Int8Figures figures = new Int8Figures(arch, told);
    figures.loss(Optional.of(judgement(3)));
    figures.speeds(List.of(limits(1, 1)), List.of(limits(1, 1)), List.of(drained(1)));

    assertThat(told.values)
        .containsOnlyKeys(
            "int8." + arch + "_top1_loss",
            "int8." + arch + "_limit",
            "int8." + arch + "_over_float32",
            "int8." + arch + "_decode_over_run",
            "int8." + arch + "_whole",
            "int8." + arch + "_whole_over_limit");
  }

  @Test
  void sessions_areCompared_withoutDecoding() {
    tell(List.of(limits(40, 36)), List.of(limits(100, 80)), List.of(drained(60)));

    assertThat(figure("limit")).isEqualTo(100);
    assertThat(figure("over_float32")).isEqualTo(2.5);
  }

  @Test
  void millrace_isComparedWithTheSessionAndTheDecoder() {
    tell(List.of(limits(40, 36)), List.of(limits(100, 80)), List.of(drained(60)));

    assertThat(figure("whole")).isEqualTo(60);
    assertThat(figure("whole_over_limit")).isEqualTo(0.75);
    assertThat(figure("decode_over_run")).isEqualTo(0.25);
  }

  /**
   * The machine slows down from round to round. The ratios of the rounds are 2.5, 3 and 2 for the
   * sessions, and 0.75, 0.9 and 0.5 for Millrace.
   */
  @Test
  void ratios_areMediansOfTheRoundsRatios() {
    tell(
        List.of(limits(40, 36), limits(20, 18), limits(10, 9)),
        List.of(limits(100, 80), limits(60, 40), limits(20, 16)),
        List.of(drained(60), drained(36), drained(8)));

    assertThat(figure("over_float32")).isEqualTo(2.5);
    assertThat(figure("whole_over_limit")).isEqualTo(0.75);
    assertThat(figure("limit")).isEqualTo(60);
    assertThat(figure("whole")).isEqualTo(36);
  }

  @Test
  void twoRounds_haveTheMeanOfTheirRatios() {
    tell(
        List.of(limits(40, 36), limits(20, 18)),
        List.of(limits(100, 80), limits(70, 40)),
        List.of(drained(60), drained(38)));

    assertThat(figure("over_float32")).isEqualTo(3);
    assertThat(figure("whole_over_limit")).isCloseTo(0.85, within(1e-9));
  }

  @Test
  void lostAccuracy_isInPoints() {
    new Int8Figures("resnet50", told).loss(Optional.of(judgement(3)));

    assertThat(figure("top1_loss")).isCloseTo(0.3, within(1e-9));
  }

  @Test
  void gainedAccuracy_isANegativeLoss() {
    new Int8Figures("resnet50", told).loss(Optional.of(judgement(-2)));

    assertThat(figure("top1_loss")).isCloseTo(-0.2, within(1e-9));
  }

  @Test
  void lostAccuracy_withRandomWeights_isNoFigure_andALineSaysWhy() {
    new Int8Figures("resnet50", told).loss(Optional.empty());

    assertThat(told.values).isEmpty();
    assertThat(told.lines)
        .containsExactly(
            "int8.resnet50_top1_loss is not measured, because the weights are random: name trained"
                + " ones with --data");
  }

  /** Of 1,000 images, float32 classifies 800 correctly. */
  private static Judgement judgement(int loss) {
    return new Judgement(
        Judgement.ACCURACY,
        1_000,
        Proportion.of(800, 1_000),
        Proportion.of(800 - loss, 1_000),
        Changes.of(1_000, 10 + loss, 10),
        "amd64");
  }
}
