package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.resnet.ResNet;
import org.junit.jupiter.api.Test;

class RotationPredictionTest {

  @Test
  void networkForSmallImages_hasTheAuthorsValuesForCifar() {
    ResNet network = ResNet.of("resnet20");

    Optimization optimization = RotationPrediction.optimization(network, 100, 64);

    assertThat(optimization.learningRate().peak()).isEqualTo(0.05, within(1e-12));
    assertThat(optimization.optimizer().rule()).isEqualTo(Optimizer.Rule.NESTEROV);
    assertThat(optimization.optimizer().weightDecay()).isEqualTo(5e-4);
    assertThat(RotationPrediction.of(network, true).augmentation())
        .isEqualTo(Augmentation.of(4, true));
  }

  @Test
  void networkForLargeImages_hasTheAuthorsValuesForImageNet() {
    ResNet network = ResNet.of("resnet18");

    Augmentation augmentation = RotationPrediction.of(network, false).augmentation();

    assertThat(RotationPrediction.optimization(network, 30, 96).learningRate().peak())
        .isEqualTo(0.005, within(1e-12));
    assertThat(augmentation.cropPadding()).isZero();
    assertThat(augmentation.cropArea()).isEqualTo(0.08);
    assertThat(augmentation.flip()).isFalse();
  }

  @Test
  void mixedImages_areRefused() {
    Augmentation mixed = new Augmentation(4, 1, true, 0, false, 0, new Mixing(0.2, 0));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RotationPrediction(mixed))
        .withMessageStartingWith("mixup and cutmix: must be 0");
  }
}
