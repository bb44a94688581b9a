package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TrainerPanelTest {

  private final TrainerPanel panel = new TrainerPanel("fashion");

  /** The timestamp of the next record, in ms. */
  private long time = 1_000;

  private void add(byte[] value) {
    panel.status(
        new ConsumerRecord<>(
            ControlTopic.STATUS,
            0,
            0,
            time,
            TimestampType.CREATE_TIME,
            0,
            0,
            null,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }

  private void epoch(String model, String run, Integer round, int epoch, double loss) {
    add(
        new TrainingProgress(
                model,
                run,
                round,
                epoch,
                10,
                loss,
                new TrainingProgress.HeldOut(loss + 1, loss / 10, 500, loss + 0.9, loss + 1.1),
                100)
            .toJson());
  }

  @Test
  void epochs_areTheCurve_andTheLastIsTheProgress() {
    epoch("fashion", "a", null, 1, 2);
    epoch("another", "a", null, 9, 9);
    epoch("fashion", "b", 1, 1, 1);

    assertThat(panel.view().epochs())
        .containsExactly(
            new TrainerPanel.Epoch(null, 1, 2.0, 3.0, 0.2, "20.0 % (16.7 to 23.7) of 500"),
            new TrainerPanel.Epoch(1, 1, 1.0, 2.0, 0.1, "10.0 % (7.7 to 12.9) of 500"));
    assertThat(panel.view().progress())
        .isEqualTo(
            new TrainerPanel.Progress(
                "1970-01-01T00:00:01Z",
                1,
                10,
                "round 1, epoch 1 of 10: loss 1.000; held out: loss 2.000 (1.900 to 2.100), accuracy"
                    + " 10.0 % (7.7 to 12.9) of 500 images; 100 images/s"));
  }

  @Test
  void epochThatAKilledRunRepeats_isShownOnce() {
    epoch("fashion", "a", null, 1, 3);
    epoch("fashion", "a", null, 2, 2);
    epoch("fashion", "a", null, 2, 1);

    assertThat(panel.view().epochs())
        .extracting(TrainerPanel.Epoch::loss)
        .containsExactly(3.0, 1.0);
  }

  @Test
  void oldEpochs_areForgotten() {
    for (int run = 0; run < 201; run++) {
      epoch("fashion", "run" + run, null, 1, run);
    }

    assertThat(panel.view().epochs()).hasSize(200);
    assertThat(panel.view().epochs().get(0).loss()).isEqualTo(1);
  }

  @Test
  void epochWithoutHeldOutImages_hasALossOnly() {
    add(new TrainingProgress("fashion", "a", null, 1, 3, 0.5, null, 10).toJson());

    assertThat(panel.view().epochs())
        .containsExactly(new TrainerPanel.Epoch(null, 1, 0.5, null, null, null));
    assertThat(panel.view().progress().text()).isEqualTo("epoch 1 of 3: loss 0.500; 10 images/s");
  }

  @Test
  void verdicts_areThoseOfTheGate() {
    add(report(1, SwapReport.Outcome.SWAPPED, null));
    add(
        report(
            2,
            SwapReport.Outcome.BLESSED,
            Map.of("gate_blessed", 1.0, "gate_accuracy", 0.5, "gate_images", 200.0)));

    assertThat(panel.view().verdicts())
        .containsExactly(
            new TrainerPanel.Verdict(
                "1970-01-01T00:00:01Z",
                2,
                true,
                0.5,
                null,
                "50.0 % (43.1 to 56.9) of 200",
                "version 2 is better and was promoted"));
    assertThat(panel.view().progress()).isNull();
  }

  @Test
  void lastMeasurementOfTheChampion_isShown() {
    assertThat(panel.view().champion()).isNull();
    add(champion("fashion", 0.92, false));
    add(champion("fashion", 0.84, true));
    add(champion("another", 0.9, false));

    assertThat(panel.view().champion())
        .isEqualTo(
            new TrainerPanel.Champion(
                "1970-01-01T00:00:01Z",
                true,
                "ALARM, the champion has become worse: version 2: accuracy 84.0 % (80.5 to 87.0) of"
                    + " the newest 500 images"));
  }

  @Test
  void reasonToWait_isShownUntilTheTrainingNoLongerWaits() {
    assertThat(panel.view().waiting()).isNull();
    add(new TrainingWait("fashion", "the store is away").toJson());
    add(new TrainingWait("another", null).toJson());
    assertThat(panel.view().waiting())
        .isEqualTo(new TrainerPanel.Wait("1970-01-01T00:00:01Z", "waits: the store is away"));
    TrainerPanel.Wait since = panel.view().waiting();
    time = 2_000;
    add(new TrainingWait("fashion", "the store is away").toJson());
    assertThat(panel.view().waiting()).isEqualTo(since);

    add(new TrainingWait("fashion", null).toJson());
    assertThat(panel.view().waiting()).isNull();
  }

  private static byte[] champion(String model, double accuracy, boolean hasFallen) {
    return new ChampionReport(
            model, new ChampionMeasure(2, 500, accuracy, null, null, 1, hasFallen))
        .toJson();
  }

  @Test
  void otherRecords_arePassedOver() {
    add(null);
    add("no JSON".getBytes(StandardCharsets.UTF_8));
    add(
        "{\"type\":\"of a later release\",\"schema\":1,\"model\":\"fashion\"}"
            .getBytes(StandardCharsets.UTF_8));

    assertThat(panel.view().epochs()).isEmpty();
    assertThat(panel.view().verdicts()).isEmpty();
  }

  private static byte[] report(
      int version, SwapReport.Outcome outcome, Map<String, Double> metrics) {
    return new SwapReport("trainer", "fashion", version, outcome, null, null, 1, metrics).toJson();
  }
}
