package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchNetworkTest {

  private static final int CLASSES = 4;
  private static final int IMAGES = 8;
  private static final int SIDE = 32;
  private static final int STEPS = 8;
  private static final Optimization OPTIMIZATION =
      new Optimization(1, IMAGES, 0.002, Schedule.STEP, 0.9, 1e-4, 0);

  private static ResNet network(String name) {
    return ResNet.of(name).withClasses(CLASSES).withSize(SIDE);
  }

  private static TorchNetwork torch(ResNet network, Weights weights, String... freeze) {
    return new TorchNetwork(network, weights, List.of(freeze), preprocessing(), Device.CPU, 2);
  }

  private static Preprocessing preprocessing() {
    return new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
  }

  private static MiniBatch batch() {
    Random random = new Random(1);
    byte[] pixels = new byte[IMAGES * SIDE * SIDE * 3];
    random.nextBytes(pixels);
    ByteBuffer buffer = ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind();
    return new MiniBatch(buffer, random.ints(IMAGES, 0, CLASSES).toArray());
  }

  /**
   * Trains one network for each stem and each kind of block; {@link TorchNetworkSuite} trains every
   * depth.
   */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet20", "resnet50"})
  void network_learnsAndIsExported(String name) {
    requireLearning(name);
  }

  static void requireLearning(String name) {
    ResNet network = network(name);
    try (TorchNetwork trained = torch(network, HeInitialization.of(network, 1))) {
      MiniBatch batch = batch();
      double first = trained.step(batch, OPTIMIZATION, OPTIMIZATION.learningRate()).loss();
      double last = 0;
      for (int i = 1; i < STEPS; i++) {
        last = trained.step(batch, OPTIMIZATION, OPTIMIZATION.learningRate()).loss();
      }
      assertThat(last).isLessThan(0.8 * first);

      FloatBuffer own = trained.probabilities(batch);
      FloatBuffer exported = exported(network, trained.weights(), batch);
      for (int i = 0; i < own.limit(); i++) {
        assertThat(exported.get(i))
            .isCloseTo(own.get(i), org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  private static FloatBuffer exported(ResNet network, Weights weights, MiniBatch batch) {
    Labels labels = new Labels(List.of("a", "b", "c", "d"));
    byte[] prepared =
        ModelPreparation.prepare(ResNetOnnx.write(network, weights), preprocessing(), labels)
            .bytes();
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(IMAGES * CLASSES * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (ModelSession session =
        OnnxModelRuntime.open(prepared, Device.CPU, preprocessing(), labels)) {
      session.run(batch.pixels(), IMAGES, probabilities);
    }
    return probabilities;
  }

  @Test
  void frozenPart_keepsWeightsAndStatistics_othersChange() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    try (TorchNetwork trained = torch(network, start, "stem", "layer1")) {
      trained.step(batch(), OPTIMIZATION, 0.1);
      Weights after = trained.weights();
      for (String name : start.names()) {
        boolean frozen =
            name.startsWith("conv1.") || name.startsWith("bn1.") || name.startsWith("layer1.");
        assertThat(after.get(name).values().equals(start.get(name).values()))
            .as(name)
            .isEqualTo(frozen);
      }
    }
  }

  @Test
  void restored_goesOnAsIfNothingHappened() {
    ResNet network = network("resnet20");
    Weights start = HeInitialization.of(network, 1);
    try (TorchNetwork one = torch(network, start);
        TorchNetwork other = torch(network, start)) {
      one.step(batch(), OPTIMIZATION, 0.1);
      other.restore(one.weights(), one.momentum());
      one.step(batch(), OPTIMIZATION, 0.1);
      other.step(batch(), OPTIMIZATION, 0.1);

      assertThat(other.weights()).isEqualTo(one.weights());
      assertThat(other.momentum()).isEqualTo(one.momentum());
    }
  }
}
