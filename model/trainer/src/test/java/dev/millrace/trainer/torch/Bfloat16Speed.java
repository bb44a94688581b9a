package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.trainer.data.MiniBatch;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Measures how much faster training steps are in bfloat16 than in float32, on the device {@code
 * -Dbf16.device} (default: {@code cpu}) and with {@code -Dbf16.threads} threads (default: all
 * cores). Both train on the same batch from memory, in alternating turns, and the medians of the
 * turns are compared. Runs only by its name:
 *
 * <pre>
 * ./mvnw -Dquick -pl model/trainer -am -Dtest=Bfloat16Speed -Dsurefire.failIfNoSpecifiedTests=false test
 * </pre>
 */
class Bfloat16Speed {

  private static final int TURNS = 5;
  private static final double SECONDS = 3;
  private static final Device DEVICE = Device.parse(System.getProperty("bf16.device", "cpu"));
  private static final int THREADS =
      Integer.getInteger("bf16.threads", Runtime.getRuntime().availableProcessors());

  @ParameterizedTest
  @CsvSource({
    "resnet20, 28, 128",
    "resnet56, 32, 128",
    "resnet18, 112, 32",
    "resnet18, 224, 32",
    "resnet50, 224, 16"
  })
  void steps_areFasterThanInFloat32(String name, int side, int images) {
    ResNet network = ResNet.of(name).withClasses(10).withSize(side);
    MiniBatch batch = TrainingTurns.batch(images, side);
    double[][] speeds = new double[2][TURNS];
    try (TorchNetwork float32 = network(network, side, false);
        TorchNetwork bf16 = network(network, side, true)) {
      for (int i = -1; i < TURNS; i++) { // the first turn warms up
        double[] turn = {
          TrainingTurns.turn(float32, batch, SECONDS), TrainingTurns.turn(bf16, batch, SECONDS)
        };
        for (int j = 0; j < turn.length && i >= 0; j++) {
          speeds[j][i] = turn[j];
        }
      }
    }
    double float32 = TrainingTurns.median(speeds[0]);
    double bf16 = TrainingTurns.median(speeds[1]);
    System.out.printf(
        "%s, %d pixels, %d images, %s, %d threads: float32 %.1f images/s, bf16 %.1f (%.2f times)%n",
        name, side, images, DEVICE, THREADS, float32, bf16, bf16 / float32);
    boolean isEmulated = Bfloat16.warning(new Compute(DEVICE, THREADS, true)).isPresent();
    assertThat(bf16 > float32).isNotEqualTo(isEmulated);
  }

  private static TorchNetwork network(ResNet network, int side, boolean bf16) {
    return new TorchNetwork(
        network,
        HeInitialization.of(network, 1),
        List.of(),
        Optimization.DEFAULTS,
        new Preprocessing(side, side, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        new Compute(DEVICE, THREADS, bf16));
  }
}
