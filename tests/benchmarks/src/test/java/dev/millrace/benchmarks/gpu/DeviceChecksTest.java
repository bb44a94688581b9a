package dev.millrace.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.benchmarks.contender.WrappedSession;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.OnnxFormat.BatchNorm;
import dev.millrace.onnx.OnnxFormat.FloatType;
import dev.millrace.onnx.OnnxModelRuntime;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the checks that a GPU must pass, but with sessions on the CPU. */
class DeviceChecksTest {

  private static final OnnxFormat HALF = new OnnxFormat(FloatType.FP16, BatchNorm.FOLDED);

  @TempDir private Path repository;

  private final List<byte[]> pictures = Photographs.jpegs(48, 40, 8);
  private final Map<String, Double> found = new LinkedHashMap<>();
  private ModelVersion single;
  private ModelVersion half;

  @BeforeEach
  void publish() {
    single = Versions.publish(repository, OnnxFormat.EXACT, 1);
    half = Versions.publish(repository, HALF, 1);
  }

  @Test
  void agree_deviceThatAnswersAsTheCpu_tellsTheDifferences() {
    agree(new OnnxModelRuntime(), half);

    assertThat(found)
        .containsOnlyKeys("fp32_difference", "tf32_difference", "fp16_relative_difference");
    assertThat(found.get("fp32_difference")).isLessThan(1e-6);
    // The logits are close but not equal, which shows that half precision was used.
    assertThat(found.get("fp16_relative_difference")).isBetween(1e-6, 2e-2);
  }

  @Test
  void agree_deviceThatIsOffByALittleInFloat32_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(
            () -> agree(changing((image, value) -> image == 7 ? value * 1.002f : value), half))
        .withMessageStartingWith("cpu: a logit of float32 differs from the CPU's by 0.00");
    assertThat(found).isEmpty();
  }

  @Test
  void agree_deviceThatAnswersNothing_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> agree(changing((image, value) -> 0), half))
        .withMessageStartingWith("cpu: a logit of float32 differs from the CPU's by NaN");
  }

  @Test
  void agree_float16OfOtherWeights_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> agree(new OnnxModelRuntime(), Versions.publish(repository, HALF, 2)))
        .withMessageStartingWith("cpu: a logit of float16 differs from the CPU's by ");
  }

  private void agree(ModelRuntime exact, ModelVersion fp16) {
    new DeviceChecks(
            new OnnxModelRuntime(), exact, List.of(Device.CPU), () -> 0, Duration.ofSeconds(1))
        .agree(single, fp16, pictures, found::put);
  }

  /** Changes an image's first probability. */
  private interface Change {
    float of(int image, float value);
  }

  private static ModelRuntime changing(Change change) {
    return (version, device) ->
        new WrappedSession(new OnnxModelRuntime().open(version, device)) {
          @Override
          public void run(ByteBuffer pixels, int images, FloatBuffer probabilities) {
            super.run(pixels, images, probabilities);
            for (int image = 0; image < images; image++) {
              int first = image * classes();
              probabilities.put(first, change.of(image, probabilities.get(first)));
            }
          }
        };
  }
}
