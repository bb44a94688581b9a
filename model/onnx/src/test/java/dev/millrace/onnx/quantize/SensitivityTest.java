package dev.millrace.onnx.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SensitivityTest {

  @Test
  void layers_areOrderedByTheirDamage() {
    assertThat(new Sensitivity(Map.of("a", 1.0, "b", 3.0, "c", 2.0)).order())
        .containsExactly("b", "c", "a");
  }

  /** The measured damage of a ResNet-50. */
  @Test
  void outliers_doMoreThanThreeTimesTheMeanDamage() {
    Map<String, Double> damage = layers(48, 0.0001);
    damage.putAll(Map.of("stem", 0.0033, "a", 0.0016, "b", 0.0012, "c", 0.0008, "d", 0.0004));

    assertThat(new Sensitivity(damage).outliers()).containsExactly("stem", "a", "b", "c");
  }

  @Test
  void outliers_areAtMostAnEighthOfTheLayers() {
    Map<String, Double> damage = layers(13, 0);
    damage.putAll(Map.of("a", 3.0, "b", 2.0, "c", 1.0));

    assertThat(new Sensitivity(damage).outliers()).containsExactly("a", "b");
    assertThat(Sensitivity.mostOutliers(7)).isZero();
  }

  @Test
  void similarLayers_haveNoOutliers() {
    assertThat(new Sensitivity(layers(50, 0.001)).outliers()).isEqualTo(List.of());
  }

  private static Map<String, Double> layers(int count, double each) {
    Map<String, Double> damage = new HashMap<>();
    for (int i = 0; i < count; i++) {
      damage.put("layer" + i, each);
    }
    return damage;
  }
}
