package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Schedule;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.trainer.data.MiniBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Compares training steps with PyTorch's, from the same weights; {@code src/test/parity/pytorch.sh}
 * runs this test.
 */
@EnabledIfSystemProperty(named = "millrace.pytorch", matches = ".+")
class PyTorchParityTest {

  private static final double TOLERANCE = 1e-4;
  private static final int BATCH = 128;
  private static final int FEW = 4;
  private static final int SIDE = 32;
  private static final int SMOOTHED = 10;
  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final double RATE = 0.1;
  private static final Optimization OPTIMIZATION = Optimization.of(1, BATCH, RATE, Schedule.STEP);

  private final Path folder = Path.of(System.getProperty("millrace.pytorch", ""));

  private Weights read(String name) {
    return WeightsFile.read(folder.resolve(name));
  }

  private TorchNetwork network() {
    return new TorchNetwork(
        NETWORK,
        read("weights.npz"),
        List.of(),
        OPTIMIZATION,
        new Preprocessing(SIDE, SIDE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
        Compute.cpu(2));
  }

  private List<MiniBatch> batches() throws IOException {
    byte[] pixels = Files.readAllBytes(folder.resolve("pixels"));
    byte[] labels = Files.readAllBytes(folder.resolve("labels"));
    int each = BATCH * SIDE * SIDE * 3;
    List<MiniBatch> batches = new ArrayList<>();
    for (int i = 0; i * BATCH < labels.length; i++) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(each).put(pixels, i * each, each).rewind();
      int[] classes = new int[BATCH];
      for (int image = 0; image < BATCH; image++) {
        classes[image] = labels[i * BATCH + image];
      }
      batches.add(new MiniBatch(buffer, classes));
    }
    return batches;
  }

  /**
   * Returns the first {@code FEW} images of a batch, as the Python script does. With more images,
   * rounding would change the sign of some inputs of a ReLU.
   */
  private static MiniBatch few(MiniBatch batch) {
    return new MiniBatch(batch.pixels(), Arrays.copyOf(batch.labels(), FEW));
  }

  @Test
  void step_hasPyTorchsLossGradientsAndWeights() throws IOException {
    try (TorchNetwork gradients = network();
        TorchNetwork step = network()) {
      MiniBatch first = few(batches().get(0));
      requireEqual("loss and gradients", gradients.gradients(first), read("gradients.npz"));
      step.step(first, RATE);
      requireEqual("weights and statistics after it", step.weights(), read("after.npz"));
    }
  }

  /**
   * Compares our tensors with PyTorch's. For each tensor, the largest difference between two
   * values, divided by the largest absolute value in PyTorch's tensor, must be small.
   */
  private static void requireEqual(String what, Weights ours, Weights theirs) {
    assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
    double worst = 0;
    for (String name : theirs.names()) {
      FloatBuffer a = ours.get(name).values();
      FloatBuffer b = theirs.get(name).values();
      double largest = 0;
      double apart = 0;
      for (int i = 0; i < b.limit(); i++) {
        largest = Math.max(largest, Math.abs(b.get(i)));
        apart = Math.max(apart, Math.abs(a.get(i) - b.get(i)));
      }
      worst = Math.max(worst, apart / largest);
    }
    System.out.printf("%s: at most %.1e relative from PyTorch's%n", what, worst);
    assertThat(worst).isLessThanOrEqualTo(TOLERANCE);
  }

  /**
   * Rounding errors grow with every step, so two loss curves never stay equal. The bound is twice
   * the largest difference between PyTorch's curve and PyTorch's own curves from initial weights
   * that differ by a millionth.
   */
  @Test
  void hundredSteps_loseAsPyTorchDoes() throws IOException {
    List<double[]> theirs =
        Files.readAllLines(folder.resolve("curves")).stream()
            .map(line -> Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble))
            .map(losses -> smoothed(losses.toArray()))
            .toList();
    double[] ours = smoothed(losses(theirs.get(0).length * SMOOTHED));
    double noise =
        theirs.stream()
            .skip(1)
            .mapToDouble(curve -> apart(curve, theirs.get(0)))
            .max()
            .orElseThrow();
    double difference = apart(ours, theirs.get(0));
    System.out.printf(
        "100 steps, in tens: loss %.3f to %.3f, at most %.4f from PyTorch's, whose own are up to"
            + " %.4f apart%n",
        ours[0], ours[ours.length - 1], difference, noise);
    assertThat(ours[ours.length - 1]).isLessThan(ours[0] / 2);
    assertThat(difference).isLessThanOrEqualTo(2 * noise);
  }

  private double[] losses(int steps) throws IOException {
    List<MiniBatch> batches = batches();
    double[] losses = new double[steps];
    try (TorchNetwork network = network()) {
      for (int i = 0; i < steps; i++) {
        losses[i] = network.step(batches.get(i % batches.size()), RATE).loss();
      }
    }
    return losses;
  }

  private static double[] smoothed(double[] losses) {
    double[] means = new double[losses.length / SMOOTHED];
    for (int i = 0; i < means.length * SMOOTHED; i++) {
      means[i / SMOOTHED] += losses[i] / SMOOTHED;
    }
    return means;
  }

  private static double apart(double[] a, double[] b) {
    double apart = 0;
    for (int i = 0; i < a.length; i++) {
      apart = Math.max(apart, Math.abs(a[i] - b[i]));
    }
    return apart;
  }
}
