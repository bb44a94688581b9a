package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.ResNet;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {

  private static final Path ANY = Path.of("any");

  /**
   * If the best epoch were chosen on the gate's images, the gate's measures of this epoch would be
   * too optimistic.
   */
  @Test
  void choiceOfTheBestEpoch_isRefusedBesideAGate() {
    Optional<Gate> gate =
        Optional.of(
            new Gate(
                0.2,
                Optional.empty(),
                Gate.MAX_GROWTH_LOSS,
                Optional.empty(),
                Gate.NEWEST,
                new Gate.Restart(Gate.Restart.AFTER_REFUSED, false),
                new BrokerAccess() {}));

    assertThatThrownBy(() -> config(2, 1, gate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("patience: ")
        .hasMessageContaining("promote-if-better");
    assertThatThrownBy(() -> config(0, 2, gate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("keep: ")
        .hasMessageContaining("promote-if-better");
    assertThat(config(0, 1, gate).checkpoints().gate()).isEqualTo(gate);
    TrainingConfig chosen = config(2, 3, Optional.empty());
    assertThat(chosen.optimization().patience()).isEqualTo(2);
    assertThat(chosen.checkpoints().keep()).isEqualTo(3);
  }

  @Test
  void trainingThatKeepsNothing_isRefused() {
    assertThatThrownBy(() -> config(0, 0, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("keep: 0 ");
  }

  private static TrainingConfig config(int patience, int keep, Optional<Gate> gate) {
    return new TrainingConfig(
        ResNet.of("resnet20"),
        new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        new TrainingData.Folder(ANY, new Split(0.2), new ClassRule(1)),
        Optimization.DEFAULTS.withPatience(patience),
        Augmentation.DEFAULTS,
        Optional.empty(),
        1,
        new Checkpoints(
            new ModelRepository(ANY), "m", ANY, Optional.empty(), keep, gate, Precision.FLOAT32),
        Compute.cpu(1));
  }
}
