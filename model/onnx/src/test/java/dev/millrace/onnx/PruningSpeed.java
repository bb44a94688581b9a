package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.onnx.quantize.SpeedTest;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the speed of a network with the speed of the same network after pruning, which sets the
 * smallest weights of each convolution to zero. No build runs this class, because it measures
 * times. RATIONALE.md has the command.
 */
class PruningSpeed {

  private static final int ROUNDS = 7;

  private static final Labels LABELS =
      new Labels(IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList());

  @ParameterizedTest
  @CsvSource({"resnet18, 0.5", "resnet18, 0.9", "resnet50, 0.5", "resnet50, 0.9"})
  void zeros_saveNoTime(String architecture, double zeros) {
    ResNet network = ResNet.of(architecture);
    Preprocessing preprocessing =
        new Preprocessing(
            network.size(),
            network.size(),
            List.of(0.5f, 0.5f, 0.5f),
            List.of(0.25f, 0.25f, 0.25f));
    Weights weights = HeInitialization.of(network, 1);
    byte[] image = new byte[preprocessing.bytes()];
    new Random(2).nextBytes(image);
    try (ModelSession dense = open(network, weights, preprocessing);
        ModelSession pruned = open(network, pruned(weights, zeros), preprocessing)) {
      double[] ratios =
          IntStream.range(0, ROUNDS)
              .mapToObj(i -> new SpeedTest(System::nanoTime).measure(dense, pruned, image))
              .mapToDouble(Speed::ratio)
              .sorted()
              .toArray();
      System.out.printf(
          "%s with %.0f %% zeros: %.2f times as fast (%.2f to %.2f)%n",
          architecture, 100 * zeros, ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
      assertThat(ratios[ROUNDS / 2]).isLessThan(1.1);
    }
  }

  private static ModelSession open(ResNet network, Weights weights, Preprocessing preprocessing) {
    byte[] file =
        ModelPreparation.prepare(ResNetOnnx.write(network, weights), preprocessing, LABELS).bytes();
    return OnnxModelRuntime.open(file, Device.CPU, preprocessing, LABELS);
  }

  private static Weights pruned(Weights weights, double zeros) {
    Map<String, WeightTensor> pruned = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) ->
                pruned.put(name, tensor.shape().size() == 4 ? pruned(tensor, zeros) : tensor));
    return new Weights(pruned);
  }

  private static WeightTensor pruned(WeightTensor tensor, double zeros) {
    float[] values = new float[tensor.size()];
    tensor.values().get(0, values);
    float[] sizes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      sizes[i] = Math.abs(values[i]);
    }
    Arrays.sort(sizes);
    float smallest = sizes[(int) (zeros * (sizes.length - 1))];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]) < smallest ? 0 : values[i];
    }
    return new WeightTensor(tensor.shape(), FloatBuffer.wrap(values));
  }
}
