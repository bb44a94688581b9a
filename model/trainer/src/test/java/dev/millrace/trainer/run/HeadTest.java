package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadTest {

  private static final int FEATURES = 64;
  private static final ResNet NETWORK = ResNet.of("resnet20");

  private static FloatBuffer row(Weights weights, int row) {
    return weights.get("fc.weight").values().slice(row * FEATURES, FEATURES);
  }

  @Test
  void carry_otherClasses_keepsTheRowsOfThoseItKnows() {
    Weights before = HeInitialization.of(NETWORK.withClasses(2), 1);
    Weights after =
        Head.carry(
            NETWORK.withClasses(3), before, List.of("cat", "dog"), List.of("ape", "dog", "elk"), 2);

    Weights drawn = HeInitialization.of(NETWORK.withClasses(3), 2);
    assertThat(row(after, 0)).isEqualTo(row(drawn, 0));
    assertThat(row(after, 1)).isEqualTo(row(before, 1));
    assertThat(row(after, 2)).isEqualTo(row(drawn, 2));
    assertThat(after.get("conv1.weight")).isEqualTo(before.get("conv1.weight"));
    assertThat(NETWORK.withClasses(3).fit(after).names()).isEqualTo(drawn.names());
  }

  @Test
  void carry_asManyClassesOfOtherNames_isNotTakenForTheSame() {
    Weights before = HeInitialization.of(NETWORK.withClasses(2), 1);
    Weights after =
        Head.carry(NETWORK.withClasses(2), before, List.of("cat", "dog"), List.of("ape", "cat"), 2);

    assertThat(row(after, 1)).isEqualTo(row(before, 0));
    assertThat(row(after, 0)).isNotEqualTo(row(before, 0)).isNotEqualTo(row(before, 1));
  }
}
