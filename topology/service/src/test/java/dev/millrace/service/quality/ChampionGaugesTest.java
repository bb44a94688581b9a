package dev.millrace.service.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class ChampionGaugesTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ChampionGauges gauges = new ChampionGauges("fashion", registry);

  private void measured(String model, int version, double accuracy, boolean hasFallen) {
    add(
        new ChampionReport(
                model, new ChampionMeasure(version, 500, accuracy, null, null, 1, hasFallen))
            .toJson());
  }

  private void add(byte[] value) {
    gauges.add(new ConsumerRecord<>(ControlTopic.STATUS, 0, 0, null, value));
  }

  private double value(String name, int version) {
    return registry
        .get(name)
        .tags("model", "fashion", "version", Integer.toString(version))
        .gauge()
        .value();
  }

  @Test
  void lastMeasurement_isShown() {
    measured("fashion", 2, 0.92, false);
    assertThat(value("millrace.champion.accuracy", 2)).isEqualTo(0.92);
    assertThat(value("millrace.champion.fallen", 2)).isZero();

    measured("fashion", 2, 0.84, true);
    measured("another", 3, 0.5, false);
    assertThat(value("millrace.champion.accuracy", 2)).isEqualTo(0.84);
    assertThat(value("millrace.champion.fallen", 2)).isEqualTo(1);
  }

  /** An alarm about the old champion would otherwise never end. */
  @Test
  void championBefore_hasNoGauges() {
    measured("fashion", 2, 0.84, true);
    measured("fashion", 3, 0.95, false);

    assertThat(value("millrace.champion.accuracy", 3)).isEqualTo(0.95);
    assertThat(registry.getMeters())
        .hasSize(5)
        .allMatch(meter -> "3".equals(meter.getId().getTag("version")));
  }

  /** The lowest and the highest accuracy that fit 420 right answers among 500 images. */
  @Test
  void accuracy_hasItsIntervalAndItsNumberOfImages() {
    measured("fashion", 2, 0.84, false);

    assertThat(value("millrace.champion.images", 2)).isEqualTo(500);
    assertThat(value("millrace.champion.accuracy.low", 2)).isEqualTo(0.805, within(5e-4));
    assertThat(value("millrace.champion.accuracy.high", 2)).isEqualTo(0.870, within(5e-4));
  }

  @Test
  void trainingThatWaits_isShown() {
    add(new TrainingWait("fashion", "the store is away").toJson());
    add(new TrainingWait("another", null).toJson());
    assertThat(registry.get("millrace.training.waiting").tag("model", "fashion").gauge().value())
        .isEqualTo(1);

    add(new TrainingWait("fashion", null).toJson());
    assertThat(registry.get("millrace.training.waiting").tag("model", "fashion").gauge().value())
        .isZero();
  }

  @Test
  void otherRecords_arePassedOver() {
    add(null);
    add("no JSON".getBytes(StandardCharsets.UTF_8));

    assertThat(registry.getMeters()).isEmpty();
  }
}
