package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.EpochReport;
import dev.millrace.trainer.torch.TorchNetwork;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunProgressTest {

  private static final EpochReport FIRST = new EpochReport(1, 0.5, 2, 0.75, 3, 0.25, 100);

  private static RunProgress afterAnEpoch() {
    RunProgress progress = new RunProgress("new", Optional.empty());
    progress.stepped(new TorchNetwork.Step(1, 2));
    progress.stepped(new TorchNetwork.Step(3, 4));
    assertThat(progress.endEpoch(0.5, 8, new HeldOut(3, 0.25), 100)).isEqualTo(FIRST);
    return progress;
  }

  @Test
  void epoch_isReportedByItsSteps_andTheNextBeginsAtZero() {
    RunProgress progress = afterAnEpoch();

    assertThat(progress.epoch()).isEqualTo(1);
    assertThat(progress.batch()).isZero();
    assertThat(progress.history()).containsExactly(FIRST);
    progress.stepped(new TorchNetwork.Step(7, 1));
    assertThat(progress.endEpoch(0.5, 2, new HeldOut(0, 0), 1))
        .isEqualTo(new EpochReport(2, 0.5, 7, 0.5, 0, 0, 1));
  }

  @Test
  void savedState_isGoneOnWith() {
    RunProgress before = afterAnEpoch();
    before.stepped(new TorchNetwork.Step(5, 3));
    RunState saved = before.state(Map.of("seed", "1"), false);
    assertThat(saved.tensors()).isEqualTo("state-1-1.safetensors");

    RunProgress after = new RunProgress("another", Optional.of(saved));

    assertThat(after.run()).isEqualTo("new");
    assertThat(after.state(Map.of("seed", "1"), false)).isEqualTo(saved);
  }

  @Test
  void metrics_areOfTheLastEpoch() {
    assertThat(new RunProgress("new", Optional.empty()).metrics())
        .isEqualTo(Map.of("epoch", 0.0, "batch", 0.0));
    assertThat(afterAnEpoch().metrics())
        .isEqualTo(
            Map.of(
                "epoch", 1.0,
                "batch", 0.0,
                "train_loss", 2.0,
                "train_accuracy", 0.75,
                "held_out_loss", 3.0,
                "held_out_accuracy", 0.25));
  }
}
