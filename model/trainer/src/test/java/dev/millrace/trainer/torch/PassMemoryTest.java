package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.trainer.ResidentMemory;
import dev.millrace.trainer.data.MiniBatch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Measures the memory of a pass. With the launcher's settings of glibc, which the tests have too,
 * freed memory stays with the process, so the memory after a pass is the peak of the pass.
 */
class PassMemoryTest {

  private static final int IMAGES = 128;
  private static final int SIDE = 64;

  /** A pass that held the outputs of all layers took 941 MiB. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void pass_holdsTheOutputsOfOnlyOneBlock() {
    ResNet network = ResNet.of("resnet50").withClasses(10).withSize(SIDE);
    MiniBatch batch = TrainingTurns.batch(IMAGES, SIDE);
    try (TorchNetwork torch =
        new TorchNetwork(
            network,
            HeInitialization.of(network, 1),
            List.of(),
            Optimization.DEFAULTS,
            new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
            Compute.cpu(1))) {
      TorchMemory.release();
      long before = ResidentMemory.now();

      assertThat(torch.probabilities(batch).limit()).isEqualTo(IMAGES * 10);

      assertThat(ResidentMemory.now() - before).isLessThan(400);
    }
  }
}
