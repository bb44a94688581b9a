package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Written networks return the same logits as torchvision's networks. {@code
 * src/test/parity/torchvision.sh} creates the files with the weights and the expected logits.
 */
@EnabledIfSystemProperty(named = TorchvisionParityTest.FOLDER, matches = ".+")
class TorchvisionParityTest {

  static final String FOLDER = "millrace.torchvision";

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152"})
  void logits_areTorchvisions(String name) throws Exception {
    Path folder = Path.of(System.getProperty(FOLDER));
    ResNet network = ResNet.of(name);
    Weights weights = WeightsFile.read(folder.resolve(name + ".npz"));
    NumpyArchive golden = new NumpyArchive(folder.resolve(name + "-logits.npz"));
    float[] images = golden.floats("input");
    float[] expected = golden.floats("logits");

    float[] kept = Logits.of(ResNetOnnx.write(network, weights), images, 3, network.size());
    OnnxFormat format = new OnnxFormat(FloatType.FP32, BatchNorm.FOLDED);
    float[] folded =
        Logits.of(ResNetOnnx.write(network, weights, format), images, 3, network.size());

    System.out.printf(
        "%s: %,d parameters, relative difference %.1e, folded %.1e%n",
        name, network.parameterCount(), difference(kept, expected), difference(folded, expected));
    assertThat(difference(kept, expected)).isLessThan(1e-4);
    assertThat(difference(folded, expected)).isLessThan(1e-4);
  }

  /**
   * Returns the largest difference between two logits, divided by the largest absolute value of the
   * expected logits.
   */
  private static double difference(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }
}
