package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Estimate;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.training.EpochReport;
import dev.millrace.trainer.torch.TorchNetwork;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunProgressTest {

  private static final Figures HELD_OUT =
      new Figures(
          4,
          Proportion.of(1, 4),
          Proportion.of(4, 4),
          new Estimate(0.25, 0.1, 0.6),
          new Estimate(3, 1, 5),
          new Estimate(0.2, 0, 0.4),
          List.of(new Figures.OfClass(4, Proportion.of(1, 4))),
          List.of());

  private static final EpochReport FIRST =
      new EpochReport(1, 0.5, 2, 0.75, 3, 0.25, 100, 8, HELD_OUT.overall());

  private static RunProgress afterAnEpoch() {
    RunProgress progress = new RunProgress("new", 1, Optional.empty());
    progress.stepped(new TorchNetwork.Step(1, 2));
    progress.stepped(new TorchNetwork.Step(3, 4));
    assertThat(progress.endEpoch(0.5, 8, HELD_OUT, 100)).isEqualTo(FIRST);
    return progress;
  }

  @Test
  void epoch_isReportedByItsSteps_andTheNextBeginsAtZero() {
    RunProgress progress = afterAnEpoch();

    assertThat(progress.epoch()).isEqualTo(1);
    assertThat(progress.batch()).isZero();
    assertThat(progress.history()).containsExactly(FIRST);
    progress.stepped(new TorchNetwork.Step(7, 1));
    assertThat(progress.endEpoch(0.5, 2, HELD_OUT, 1))
        .isEqualTo(new EpochReport(2, 0.5, 7, 0.5, 3, 0.25, 1, 2, HELD_OUT.overall()));
  }

  @Test
  void savedState_isGoneOnWith() {
    RunProgress before = afterAnEpoch();
    before.stepped(new TorchNetwork.Step(5, 3));
    RunState saved = before.state(Map.of("seed", "1"), false);
    assertThat(saved.tensors()).isEqualTo("state-1-1.safetensors");

    RunProgress after = new RunProgress("another", 1, Optional.of(saved));

    assertThat(after.run()).isEqualTo("new");
    assertThat(after.state(Map.of("seed", "1"), false)).isEqualTo(saved);
  }

  @Test
  void metrics_areOfTheLastEpoch() {
    assertThat(new RunProgress("new", 1, Optional.empty()).metrics())
        .isEqualTo(Map.of("epoch", 0.0, "batch", 0.0));
    assertThat(afterAnEpoch().metrics())
        .containsEntry("epoch", 1.0)
        .containsEntry("batch", 0.0)
        .containsEntry("train_loss", 2.0)
        .containsEntry("train_accuracy", 0.75)
        .containsEntry("train_accuracy_images", 8.0)
        .containsEntry("train_accuracy_low", Proportion.of(6, 8).low())
        .containsEntry("held_out_loss", 3.0)
        .containsEntry("held_out_loss_high", 5.0)
        .containsEntry("held_out_accuracy", 0.25)
        .containsEntry("held_out_accuracy_low", Proportion.of(1, 4).low())
        .containsEntry("held_out_accuracy_images", 4.0);
  }

  /** A run that an earlier release began has epochs without confidence intervals. */
  @Test
  void metricsOfAnOlderRun_haveNoIntervals() {
    EpochReport old = new EpochReport(1, 0.5, 2, 0.75, 3, 0.25, 100, 0, null);
    RunState saved = new RunState("old", Map.of(), 1, 0, 0, 0, List.of(old), "state", false, 0);

    assertThat(new RunProgress("new", 1, Optional.of(saved)).metrics())
        .containsOnlyKeys(
            "epoch", "batch", "train_loss", "train_accuracy", "held_out_loss", "held_out_accuracy");
    assertThat(Curve.of("old", List.of(old))).contains("<polyline").doesNotContain("<polygon");
  }
}
