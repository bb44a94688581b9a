package dev.millrace.service.quality;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.events.LabelDeserializer;
import dev.millrace.events.Prediction;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class LiveAccuracyTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final KnownLabels labels = new KnownLabels(new LabelDeserializer());
  private long now;
  private final LiveAccuracy accuracy = new LiveAccuracy(registry, labels, () -> now);

  private void predict(int version, String id, String label) {
    accuracy.predicted(
        new Prediction(
            id,
            new Prediction.Model("photos", version, "0".repeat(64)),
            label,
            0.5f,
            List.of(),
            null,
            new Prediction.Source("images", 0, 0)));
  }

  private void label(String id, String label) {
    labels.add(new ConsumerRecord<>("labels", 0, 0, id.getBytes(UTF_8), label.getBytes(UTF_8)));
    accuracy.labelled(id);
  }

  private double share(int version) {
    return value("accuracy", version);
  }

  private double value(String name, int version) {
    return registry
        .get("millrace.inference.live." + name)
        .tag("model", "photos")
        .tag("version", Integer.toString(version))
        .gauge()
        .value();
  }

  private double count(int version, String result) {
    return registry
        .get("millrace.inference.labelled")
        .tag("version", Integer.toString(version))
        .tag("result", result)
        .counter()
        .count();
  }

  @Test
  void labels_countBeforeAndAfterThePrediction_once() {
    label("a", "cat");
    predict(1, "a", "cat");
    predict(1, "b", "cat");
    predict(2, "c", "cat");
    predict(2, "unlabelled", "cat");
    label("b", "dog");
    label("b", "cat"); // the prediction was compared already
    label("c", "cat");

    assertThat(share(1)).isEqualTo(0.5);
    assertThat(count(1, "right")).isEqualTo(1);
    assertThat(count(1, "wrong")).isEqualTo(1);
    assertThat(share(2)).isEqualTo(1);
    assertThat(count(2, "right")).isEqualTo(1);
  }

  @Test
  void accuracy_isThatOfTheLastImages() {
    label("a", "cat");
    for (int i = 0; i < 3 * LiveAccuracy.IMAGES; i++) {
      predict(1, "a", "dog");
    }
    assertThat(share(1)).isZero();
    for (int i = 0; i < LiveAccuracy.IMAGES / 4; i++) {
      predict(1, "a", "cat");
    }
    assertThat(share(1)).isEqualTo(0.25, within(1e-9));
    for (int i = 0; i < LiveAccuracy.IMAGES; i++) {
      predict(1, "a", "cat");
    }
    assertThat(share(1)).isEqualTo(1);
  }

  /** The interval is that of 1 of 2 images, and later that of 250 of the last 1,000 images. */
  @Test
  void accuracy_hasItsIntervalAndItsNumberOfImages() {
    label("a", "cat");
    predict(1, "a", "dog");
    predict(1, "a", "cat");
    assertThat(value("images", 1)).isEqualTo(2);
    assertThat(value("accuracy.low", 1)).isEqualTo(0.095, within(5e-4));
    assertThat(value("accuracy.high", 1)).isEqualTo(0.905, within(5e-4));

    for (int i = 0; i < 3 * LiveAccuracy.IMAGES; i++) {
      predict(1, "a", i % 4 == 0 ? "cat" : "dog");
    }
    assertThat(value("images", 1)).isEqualTo(LiveAccuracy.IMAGES);
    assertThat(value("accuracy.low", 1)).isEqualTo(0.224, within(5e-4));
    assertThat(value("accuracy.high", 1)).isEqualTo(0.278, within(5e-4));
  }

  @Test
  void version_isForgotten_anHourAfterItsLastLabelledImage() {
    label("a", "cat");
    predict(1, "a", "cat");
    predict(2, "a", "cat");
    now += Duration.ofMinutes(59).toNanos();
    predict(2, "a", "cat");
    accuracy.expire();
    assertThat(share(1)).isEqualTo(1);

    now += Duration.ofMinutes(2).toNanos();
    accuracy.expire();
    assertThat(registry.getMeters())
        .hasSize(6)
        .allMatch(meter -> "2".equals(meter.getId().getTag("version")));
  }

  @Test
  void manyVersions_keepTheMetersOfTheLast() {
    label("a", "cat");
    for (int version = 1; version <= 100; version++) {
      predict(version, "a", "cat");
    }
    assertThat(registry.find("millrace.inference.live.accuracy").gauges())
        .extracting(gauge -> gauge.getId().getTag("version"))
        .containsExactlyInAnyOrder("99", "100");
  }

  @Test
  void predictionsWithoutLabels_areForgotten() {
    for (int i = 0; i <= LiveAccuracy.MOST_WAITING; i++) {
      predict(1, "image" + i, "cat");
    }
    label("image0", "cat");
    assertThat(registry.getMeters()).isEmpty();
    label("image1", "cat");
    assertThat(share(1)).isEqualTo(1);
  }
}
