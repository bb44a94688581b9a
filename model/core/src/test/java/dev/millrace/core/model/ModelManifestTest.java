package dev.millrace.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelManifestTest {

  private static final String SHA_256 = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @ValueSource(strings = {"a", "7", "resnet20", "ResNet-18_v1.5", "a..b", "x."})
  void name_ofLettersDigitsAndMarks_isAccepted(String name) {
    assertThat(ModelManifest.isName(name)).isTrue();
    assertThat(ModelManifest.requireName(name)).isEqualTo(name);
    assertThat(ModelManifest.isName("a".repeat(200))).isTrue();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "../x",
        "a/b",
        "a\\b",
        "-a",
        "_a",
        "a b",
        "a\n",
        "lost+found",
        "größe",
        "a\u0000"
      })
  void name_ofAnythingElse_isRefused(String name) {
    assertThat(ModelManifest.isName(name)).isFalse();
    assertThatThrownBy(() -> ModelManifest.requireName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("model name: '" + name + "' is not made of letters");
  }

  @Test
  void name_thatIsTooLong_isRefused() {
    assertThat(ModelManifest.isName("a".repeat(201))).isFalse();
  }

  @Test
  void metrics_absent_areEmpty() {
    assertThat(manifest(null).metrics()).isEmpty();
  }

  @Test
  void metrics_changedByTheirGiver_stayAsTheyWere() {
    Map<String, Double> metrics = new HashMap<>(Map.of("accuracy", 0.915));
    ModelManifest manifest = manifest(metrics);

    metrics.put("accuracy", 1.0);

    assertThat(manifest.metrics()).isEqualTo(Map.of("accuracy", 0.915));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void metric_thatIsNoNumber_isRefused(Double value) {
    assertThatThrownBy(() -> manifest(Collections.singletonMap("accuracy", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metrics: accuracy is " + value + ", not a number");
  }

  @Test
  void kind_isIndependentOrAbsent() {
    assertThat(manifest(null).independent()).isFalse();
    assertThat(manifest(null).kind()).isNull();
    assertThat(manifest(null, "independent").independent()).isTrue();
    assertThatThrownBy(() -> manifest(null, "exclusive"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kind: 'exclusive' is not independent; a later release may have written it");
  }

  private static ModelManifest manifest(Map<String, Double> metrics) {
    return manifest(metrics, null);
  }

  private static ModelManifest manifest(Map<String, Double> metrics, String kind) {
    return new ModelManifest(
        "resnet20",
        1,
        SHA_256,
        "2026-01-01T00:00:00Z",
        new ModelManifest.Source("training", null, null),
        null,
        new Preprocessing(4, 4, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
        List.of("cat", "dog"),
        metrics,
        "run-1",
        kind,
        null,
        null);
  }
}
