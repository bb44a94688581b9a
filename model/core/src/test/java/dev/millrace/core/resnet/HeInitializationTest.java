package dev.millrace.core.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeInitializationTest {

  private static final ResNet NETWORK = ResNet.of("resnet20").withShortcut(Shortcut.B);
  private static final Weights WEIGHTS = HeInitialization.of(NETWORK, 1);

  @Test
  void weights_areTheNetworks() {
    assertThat(NETWORK.fit(WEIGHTS).tensors()).isEqualTo(WEIGHTS.tensors());
  }

  @Test
  void weights_ofOneSeed_areEqual() {
    String name = "layer1.0.conv1.weight";

    assertThat(HeInitialization.of(NETWORK, 1).get(name)).isEqualTo(WEIGHTS.get(name));
    assertThat(HeInitialization.of(NETWORK, 2).get(name)).isNotEqualTo(WEIGHTS.get(name));
  }

  /**
   * PyTorch's fan_out is the number of output channels times the kernel's area. So the variance of
   * layer2.0.conv1, which has twice as many output channels, is half of the variance of conv1.
   */
  @ParameterizedTest
  @CsvSource({
    "conv1.weight, 144",
    "layer2.0.conv1.weight, 288",
    "layer2.0.downsample.0.weight, 32",
    "layer3.2.conv2.weight, 576"
  })
  void convolutions_areNormalWithTheVarianceOfTheirOutputs(String name, int fanOut) {
    FloatBuffer values = WEIGHTS.get(name).values();
    double expected = Math.sqrt(2.0 / fanOut);
    double tolerance = 4 * expected / Math.sqrt(values.capacity());

    assertThat(stream(values).average().orElseThrow()).isCloseTo(0, within(tolerance));
    assertThat(Math.sqrt(stream(values).map(x -> x * x).average().orElseThrow()))
        .isCloseTo(expected, within(tolerance));
  }

  @Test
  void classifier_isUniformWithinPytorchsBound() {
    for (String name : new String[] {"fc.weight", "fc.bias"}) {
      FloatBuffer values = WEIGHTS.get(name).values();

      assertThat(stream(values).map(Math::abs).max().orElseThrow()).isBetween(0.8 / 8, 1.0 / 8);
      assertThat(stream(values).min().orElseThrow()).isNegative();
    }
  }

  @Test
  void batchNorm_isTheIdentity() {
    assertThat(stream(WEIGHTS.get("layer2.0.bn1.weight").values())).containsOnly(1.0);
    assertThat(stream(WEIGHTS.get("layer2.0.bn1.running_var").values())).containsOnly(1.0);
    assertThat(stream(WEIGHTS.get("layer2.0.bn1.bias").values())).containsOnly(0.0);
    assertThat(stream(WEIGHTS.get("layer2.0.bn1.running_mean").values())).containsOnly(0.0);
  }

  @Test
  void identities_haveBlocksWhoseLastBatchNormStartsAtZero() {
    Weights identities = HeInitialization.ofIdentities(NETWORK, 1);
    assertThat(NETWORK.fit(identities).tensors()).isEqualTo(identities.tensors());
    for (String name : WEIGHTS.names()) {
      if (name.matches("layer\\d\\.\\d\\.bn2\\.weight")) {
        assertThat(stream(identities.get(name).values())).containsOnly(0.0);
      } else {
        assertThat(identities.get(name)).isEqualTo(WEIGHTS.get(name));
      }
    }
    Weights bottleneck = HeInitialization.ofIdentities(ResNet.of("resnet50"), 1);
    assertThat(stream(bottleneck.get("layer1.0.bn3.weight").values())).containsOnly(0.0);
    assertThat(stream(bottleneck.get("layer1.0.bn2.weight").values())).containsOnly(1.0);
  }

  private static DoubleStream stream(FloatBuffer values) {
    return IntStream.range(0, values.capacity()).mapToDouble(values::get);
  }
}
