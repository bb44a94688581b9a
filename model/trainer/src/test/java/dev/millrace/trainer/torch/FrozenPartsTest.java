package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenPartsTest {

  private static List<String> learning(String... frozen) {
    FrozenParts parts = new FrozenParts(List.of(frozen));
    return ResNet.of("resnet20").parameters().stream()
        .filter(parts::learns)
        .map(Parameter::name)
        .toList();
  }

  @Test
  void withoutFrozenParts_allButStatisticsLearn() {
    assertThat(learning())
        .contains("conv1.weight", "bn1.weight", "layer1.0.conv1.weight", "fc.weight", "fc.bias")
        .doesNotContain("bn1.running_mean", "layer1.0.bn1.running_var");
  }

  @Test
  void frozenPart_isTheWholePart_andNoOther() {
    assertThat(learning("stem", "layer1"))
        .contains("layer2.0.conv1.weight", "fc.weight")
        .noneMatch(name -> name.matches("(conv1|bn1|layer1)\\..*"));
    assertThat(learning("fc")).contains("conv1.weight").noneMatch(name -> name.startsWith("fc"));
  }

  @Test
  void batchNormOfAFrozenPart_doesNotNormaliseByTheBatch() {
    FrozenParts parts = new FrozenParts(List.of("stem"));

    assertThat(parts.normalisesByBatch("bn1")).isFalse();
    assertThat(parts.normalisesByBatch("layer1.0.bn1")).isTrue();
  }
}
