package dev.millrace.service.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.control.TrainingProgress;
import dev.millrace.core.training.ChampionMeasure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class HistoryTest {

  private final History history = new History();

  @Test
  void rollback_isToldFromAPromotion() {
    history.add(naming(1, new Champion(1, null, false)));
    history.add(naming(2, new Champion(3, 1, false)));
    history.add(naming(3, new Champion(1, null, true)));

    assertThat(texts())
        .containsExactly(
            "version 1 was promoted",
            "version 3 was promoted; before it was version 1",
            "rolled back to version 1 from version 3");
    assertThat(history.events())
        .extracting(HistoryEvent::event)
        .containsExactly("promoted", "promoted", "rolled_back");
  }

  @Test
  void progressOfATraining_isNoReport_andAReportIsNoProgress() {
    TrainingProgress progress = new TrainingProgress("m", "run", 2, 3, 4, 0.5, null, 9);
    SwapReport report = new SwapReport("app", "m", 1, Outcome.SWAPPED, null, 1, 1, null);

    assertThat(Reported.of(record(progress.toJson()))).isEmpty();
    assertThat(Trained.of(record(progress.toJson())).orElseThrow().progress()).isEqualTo(progress);
    assertThat(Trained.of(record(report.toJson()))).isEmpty();
    assertThat(Reported.of(record(report.toJson())).orElseThrow().report()).isEqualTo(report);
  }

  @Test
  void measurementOfAChampion_hasIntervalsAndNumbersOfImages() {
    ChampionReport report =
        new ChampionReport("m", new ChampionMeasure(2, 500, 0.84, 250, 0.92, 0.001, true));

    assertThat(MeasuredChampion.of(record(report.toJson())).orElseThrow().text())
        .isEqualTo(
            "ALARM, the champion has become worse: version 2: accuracy 84.0 % (80.5 to 87.0) of the"
                + " newest 500 images, 92.0 % (88.0 to 94.8) of 250 when it was promoted");
    assertThat(Reported.of(record(report.toJson()))).isEmpty();
    assertThat(Trained.of(record(report.toJson()))).isEmpty();
    assertThat(MeasuredChampion.of(record(new byte[0]))).isEmpty();
  }

  @Test
  void measurementOfAChampionThatNoGatePromoted_hasOneFigure() {
    ChampionReport report =
        new ChampionReport("m", new ChampionMeasure(2, 1_500, 0.84, null, null, 1, false));

    assertThat(MeasuredChampion.of(record(report.toJson())).orElseThrow().text())
        .isEqualTo("version 2: accuracy 84.0 % (82.1 to 85.8) of the newest 1,500 images");
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
    return new ConsumerRecord<>(ControlTopic.STATUS, 0, 0, new byte[0], value);
  }

  @Test
  void promotionOfTheVersionBefore_isNoRollback() {
    history.add(naming(1, new Champion(1, null, false)));
    history.add(naming(2, new Champion(3, 1, false)));
    history.add(naming(3, new Champion(1, 3, false)));

    assertThat(texts()).last().isEqualTo("version 1 was promoted; before it was version 3");
  }

  @Test
  void eventsOfTheSameMillisecond_keepTheirOrder() {
    history.add(naming(1, new Champion(9, null, false)));
    history.add(naming(1, new Champion(10, 9, false)));
    history.add(naming(1, new Champion(1, 10, false)));

    assertThat(history.events()).extracting(HistoryEvent::version).containsExactly(9, 10, 1);
  }

  @Test
  void rollbackWhosePromotionWasCompacted_isShownAsAPromotion() {
    history.add(naming(3, new Champion(1, null, true)));

    assertThat(texts()).containsExactly("version 1 was promoted");
  }

  @Test
  void recordWithoutAChampion_takesThePromotionBack() {
    history.add(naming(1, new Champion(1, null, false)));
    history.add(new Naming(Instant.ofEpochMilli(2), "m", Optional.empty()));

    assertThat(texts()).containsExactly("version 1 was promoted", "the promotion was taken back");
  }

  @Test
  void promotionAfterOneThatWasTakenBack_isNoRollback() {
    history.add(naming(1, new Champion(3, 1, false)));
    history.add(new Naming(Instant.ofEpochMilli(2), "m", Optional.empty()));
    history.add(naming(3, new Champion(1, null, false)));

    assertThat(texts()).last().isEqualTo("version 1 was promoted");
  }

  @Test
  void reports_areBetweenThePromotionsByTime() {
    history.add(naming(10, new Champion(1, null, false)));
    history.add(naming(30, new Champion(2, 1, false)));
    history.add(report(20, "app@host:1", 1, Outcome.SWAPPED, null));
    history.add(report(40, "app@host:1", 2, Outcome.REJECTED, "sha256 differs\nfrom it"));
    history.add(report(50, "trainer", 3, Outcome.REFUSED, "no better"));

    assertThat(texts())
        .containsExactly(
            "version 1 was promoted",
            "app@host:1: version 1 serves, after 12 ms",
            "version 2 was promoted; before it was version 1",
            "app@host:1: version 2 was rejected: sha256 differs from it",
            "trainer: version 3 was not promoted: no better");
  }

  @Test
  void instance_isKnownByItsLastReport() {
    Instances instances = new Instances();
    instances.add(report(1, "a", 1, Outcome.SWAPPED, null));
    instances.add(report(2, "b", 1, Outcome.SWAPPED, null));
    instances.add(report(3, "a", 2, Outcome.SWAPPED, null));
    instances.add(report(4, "trainer", 1, Outcome.BLESSED, "better"));

    assertThat(instances.serving("m", 1)).isEqualTo(1);
    assertThat(instances.serving("m", 2)).isEqualTo(1);
    assertThat(instances.serving("other", 1)).isZero();
    assertThat(instances.last()).hasSize(2);
  }

  private List<String> texts() {
    return history.events().stream().map(HistoryEvent::text).toList();
  }

  private static Naming naming(long time, Champion champion) {
    return new Naming(Instant.ofEpochMilli(time), "m", Optional.of(champion));
  }

  private static Reported report(
      long time, String instance, int version, Outcome outcome, String reason) {
    return new Reported(
        Instant.ofEpochMilli(time),
        new SwapReport(instance, "m", version, outcome, reason, version, 12.3, null));
  }
}
