package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.resnet.ResNet;
import org.junit.jupiter.api.Test;

class SimSiamTest {

  @Test
  void resnet50_hasThePapersLayers() {
    ResNet network = ResNet.of("resnet50");

    assertThat(SimSiam.of(network, SimSiam.usualWidth(network)))
        .isEqualTo(new SimSiam(3, 2048, 512));
    assertThat(SimSiam.optimization(network, 100, 512).learningRate().peak()).isEqualTo(0.1);
    assertThat(SimSiam.optimization(network, 100, 512).optimizer().weightDecay()).isEqualTo(1e-4);
  }

  @Test
  void networkForSmallImages_hasThePapersLayersForCifar_andAWidthThatFitsIt() {
    ResNet network = ResNet.of("resnet20");

    assertThat(SimSiam.of(network, SimSiam.usualWidth(network)))
        .isEqualTo(new SimSiam(2, 512, 128));
    assertThat(SimSiam.optimization(network, 100, 512).learningRate().peak()).isEqualTo(0.06);
    assertThat(SimSiam.optimization(network, 100, 512).optimizer().weightDecay()).isEqualTo(5e-4);
  }

  @Test
  void valuesOutOfRange_areRefused_withTheOptionsName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SimSiam.of(ResNet.of("resnet20"), 3))
        .withMessageStartingWith("projector-width: 3 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SimSiam.of(ResNet.of("resnet50"), 16_384))
        .withMessage("projector-width: 16384 is not between 4 and 8192");
    assertThat(SimSiam.of(ResNet.of("resnet50"), 8192).bottleneck()).isEqualTo(2048);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SimSiam(9, 8, 2))
        .withMessageStartingWith("projector-layers: 9 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Views(0, true, 0, 0, 0))
        .withMessageStartingWith("crop-area: 0.0 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Views(1, true, 0, 2, 0))
        .withMessageStartingWith("grayscale: 2.0 ");
  }

  @Test
  void smallImages_areNotBlurred() {
    assertThat(Views.of(32).blur()).isZero();
    assertThat(Views.of(64)).isEqualTo(Views.DEFAULTS);
  }
}
