package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class Bfloat16TrainingTest {

  private static final int CLASSES = 4;
  private static final int IMAGES = 16;
  private static final int SIDE = 32;
  private static final int STEPS = 16;
  private static final double RATE = 0.002;

  private static ResNet network(String name) {
    return ResNet.of(name).withClasses(CLASSES).withSize(SIDE);
  }

  private static TorchNetwork torch(ResNet network, boolean bf16) {
    return new TorchNetwork(
        network,
        HeInitialization.of(network, 1),
        List.of(),
        Optimization.of(1, IMAGES, RATE, Schedule.STEP),
        new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        new Compute(Device.CPU, 2, bf16));
  }

  private static MiniBatch batch() {
    Random random = new Random(1);
    byte[] pixels = new byte[IMAGES * SIDE * SIDE * 3];
    random.nextBytes(pixels);
    return new MiniBatch(
        ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind(),
        random.ints(IMAGES, 0, CLASSES).toArray());
  }

  /** {@link TorchNetworkSuite} trains every depth. */
  @Test
  void network_learns() {
    requireLearning("resnet20");
  }

  static void requireLearning(String name) {
    try (TorchNetwork trained = torch(network(name), true)) {
      MiniBatch batch = batch();
      double first = trained.step(batch, RATE).loss();
      double last = 0;
      for (int i = 1; i < STEPS; i++) {
        last = trained.step(batch, RATE).loss();
      }
      assertThat(last).isLessThan(0.8 * first);
    }
  }

  /** Rounding changes the gradients a little. Gradients of a wrong layer would point elsewhere. */
  @Test
  void gradients_pointWhereThoseOfFloat32Point() {
    ResNet network = network("resnet20");
    try (TorchNetwork float32 = torch(network, false);
        TorchNetwork bf16 = torch(network, true)) {
      Weights expected = float32.gradients(batch());
      Weights actual = bf16.gradients(batch());

      assertThat(actual.get("loss").values().get(0))
          .isNotEqualTo(expected.get("loss").values().get(0))
          .isCloseTo(expected.get("loss").values().get(0), Offset.offset(0.02f));
      for (String tensor : expected.names()) {
        double cosine = cosine(actual.get(tensor).values(), expected.get(tensor).values());
        assertThat(cosine).as(tensor).isGreaterThan(0.9);
      }
    }
  }

  private static double cosine(FloatBuffer a, FloatBuffer b) {
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.limit(); i++) {
      product += (double) a.get(i) * b.get(i);
      squaresOfA += (double) a.get(i) * a.get(i);
      squaresOfB += (double) b.get(i) * b.get(i);
    }
    return product / Math.sqrt(squaresOfA * squaresOfB);
  }

  @Test
  void answersAndFeatures_areComputedInFloat32() {
    ResNet network = network("resnet20");
    try (TorchNetwork float32 = torch(network, false);
        TorchNetwork bf16 = torch(network, true)) {
      assertThat(bf16.probabilities(batch())).isEqualTo(float32.probabilities(batch()));
      assertThat(bf16.features(batch())).isEqualTo(float32.features(batch()));
      float32.estimateStatistics(batch(), 0);
      bf16.estimateStatistics(batch(), 0);
      assertThat(bf16.weights()).isEqualTo(float32.weights());
    }
  }
}
