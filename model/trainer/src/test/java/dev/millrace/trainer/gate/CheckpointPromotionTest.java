package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.Heard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointPromotionTest {

  private static final int MORE = GateRig.IMAGES / 2 + 9;

  @TempDir Path folder;

  private final Heard heard = new Heard();
  private final MockProducer<String, byte[]> status =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private GateRig rig;
  private CheckpointPromotion promotion;
  private long nanos;

  @BeforeEach
  void prepare() throws IOException {
    rig = new GateRig(folder);
    rig.alias.serve(rig.publish(number -> number < GateRig.IMAGES / 2).version());
    promotion = new CheckpointPromotion(rig.gate(0.2), new StatusTopic(status), heard, () -> nanos);
  }

  private Verdict judge(int right) {
    return promotion.judge(rig.session(number -> number < right)).orElseThrow();
  }

  private List<SwapReport> reports() throws IOException {
    List<SwapReport> reports = new ArrayList<>();
    for (ProducerRecord<String, byte[]> record : status.history()) {
      assertThat(record.topic()).isEqualTo("millrace.models.status");
      assertThat(record.key()).isEqualTo(GateRig.MODEL);
      reports.add(SwapReport.fromJson(record.value()));
    }
    return reports;
  }

  @Test
  void blessedCheckpoint_isPromotedAndReported() throws IOException {
    Verdict verdict = judge(MORE);
    ModelVersion version = rig.publish(number -> number < MORE);
    nanos = 3_500_000;
    promotion.conclude(version, verdict, 1_000_000);

    assertThat(heard.verdicts).containsExactly(verdict);
    assertThat(heard.promoted).containsExactly(version);
    assertThat(rig.alias.champion.orElseThrow().version()).isEqualTo(2);
    assertThat(reports())
        .containsExactly(
            new SwapReport(
                "trainer",
                "small",
                2,
                SwapReport.Outcome.BLESSED,
                verdict.reason(),
                2,
                2.5,
                CheckpointPromotion.figures(verdict)));
    assertThat(heard.warnings).isEmpty();
  }

  @Test
  void refusedCheckpoint_isReported_andTheChampionServesOn() throws IOException {
    Verdict verdict = judge(GateRig.IMAGES / 2);
    promotion.conclude(rig.publish(number -> true), verdict, 0);

    assertThat(heard.promoted).isEmpty();
    assertThat(rig.alias.champion.orElseThrow().version()).isEqualTo(1);
    assertThat(reports())
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.outcome()).isEqualTo(SwapReport.Outcome.REFUSED);
              assertThat(report.serving()).isEqualTo(1);
              assertThat(report.reason()).contains("0.20 are required");
            });
  }

  @Test
  void outdatedVerdict_isWarnedOf_andReportedAsRefused() throws IOException {
    Verdict verdict = judge(MORE);
    ModelVersion version = rig.publish(number -> number < MORE);
    rig.alias.serve(rig.publish(number -> true).version());
    promotion.conclude(version, verdict, 0);

    assertThat(heard.promoted).isEmpty();
    assertThat(heard.warnings).singleElement().asString().contains("version 3 serves now");
    assertThat(rig.alias.champion.orElseThrow().version()).isEqualTo(3);
    assertThat(reports())
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.outcome()).isEqualTo(SwapReport.Outcome.REFUSED);
              assertThat(report.serving()).isEqualTo(1);
            });
  }

  @Test
  void brokerThatIsAway_isWarnedOf_andCostsNoCheckpoint() throws IOException {
    Verdict verdict = judge(MORE);
    rig.alias.failure = new TimeoutException("nobody answers");

    assertThat(promotion.judge(rig.session(number -> true))).isEmpty();
    promotion.conclude(rig.publish(number -> true), verdict, 0);

    assertThat(heard.warnings)
        .containsExactly(
            "the champion cannot be read, so nothing is promoted: nobody answers",
            "nobody answers");
    assertThat(heard.verdicts).containsExactly(verdict);
    assertThat(reports())
        .extracting(SwapReport::outcome)
        .containsExactly(SwapReport.Outcome.REFUSED);
  }

  /** For example, a batch of the champion may need more memory than the trainer's machine has. */
  @Test
  void championThatFails_isWarnedOf_andCostsNoCheckpoint() {
    rig.alias.serve(
        rig.publish(
                number -> {
                  throw new InferenceException("no memory for a batch", null);
                })
            .version());

    assertThat(promotion.judge(rig.session(number -> true))).isEmpty();
    assertThat(heard.warnings)
        .containsExactly(
            "the checkpoint cannot be compared with the champion, so nothing is promoted: no memory"
                + " for a batch");
    assertThat(rig.openSessions).as("the checkpoint's session").isEqualTo(1);
  }

  @Test
  void figures_areNumbersByName() {
    assertThat(
            CheckpointPromotion.figures(
                new Verdict(true, "", 8, 0.75, 4, 0.5, 3, 1, 0.25, 2, 0.01)))
        .containsExactly(
            entry("gate_images", 8.0),
            entry("gate_accuracy", 0.75),
            entry("gate_accuracy_low", Proportion.of(6, 8).low()),
            entry("gate_accuracy_high", Proportion.of(6, 8).high()),
            entry("gate_blessed", 1.0),
            entry("gate_champion", 4.0),
            entry("gate_champion_accuracy", 0.5),
            entry("gate_champion_accuracy_low", Proportion.of(4, 8).low()),
            entry("gate_champion_accuracy_high", Proportion.of(4, 8).high()),
            entry("gate_gained", 3.0),
            entry("gate_lost", 1.0),
            entry("gate_p", 0.25),
            entry("gate_round", 2.0),
            entry("gate_level", 0.01));
    assertThat(CheckpointPromotion.figures(new Verdict(false, "", 8, 0.75, 4, null, 0, 0, 1, 0, 0)))
        .containsOnlyKeys(
            "gate_images",
            "gate_accuracy",
            "gate_accuracy_low",
            "gate_accuracy_high",
            "gate_blessed");
  }

  @Test
  void begin_tellsOnHowManyImagesCheckpointsAreCompared() {
    promotion.begin(Optional.empty());

    assertThat(heard.gates).containsExactly(512);
  }

  @Test
  void begin_withoutTheBroker_warns_andNothingIsPromoted() {
    rig.alias.failure = new TimeoutException("nobody answers");
    promotion.begin(Optional.empty());
    rig.alias.failure = null;

    assertThat(heard.warnings)
        .containsExactly("the champion cannot be read at the moment: nobody answers");
    assertThat(promotion.judge(rig.session(number -> true)).orElseThrow().reason())
        .contains("could not be read when this run began");
  }

  /**
   * The caller has read the champion earlier. A second reading would hide a change between the two
   * readings.
   */
  @Test
  void begin_withAChampion_doesNotReadItAgain() {
    rig.alias.serve(rig.publish(number -> false).version());
    promotion.begin(Optional.of(new BaseChampion(null, Optional.empty())));

    assertThat(promotion.judge(rig.session(number -> true)).orElseThrow().reason())
        .contains("another writer has changed the champion");
  }

  @Test
  void close_closesTheStatusTopic() {
    promotion.close();

    assertThat(status.closed()).isTrue();
  }
}
