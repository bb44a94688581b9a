package dev.millrace.onnx;

import static dev.millrace.onnx.SmallModel.LABELS;
import static dev.millrace.onnx.SmallModel.PREPROCESSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest.Source;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the checks that {@code doctor} and {@code models verify} run. */
class InstallationTest {

  private static final Source SOURCE = new Source("import", null, null);

  @TempDir Path folder;

  @Test
  void read_cpuBuild_tellsVersionAndProviders() {
    assumeCpuBuild();
    OnnxRuntimeInfo info = OnnxRuntimeInfo.read();

    assertThat(info.version()).matches("1\\.\\d+\\.\\d+");
    assertThat(info.providers()).contains("CPU").doesNotContain("CUDA");
    assertThat(info.cudaLibrary()).isEmpty();
  }

  @Test
  void problemWith_eachDevice_isOneLineOrNone() {
    assumeCpuBuild();
    assertThat(OnnxRuntimeInfo.problemWith(Device.CPU)).isEmpty();
    assertThat(OnnxRuntimeInfo.problemWith(Device.parse("cuda")))
        .hasValueSatisfying(
            problem ->
                assertThat(problem)
                    .startsWith("device cuda:0: " + CudaProvider.LIBRARY + " is missing"));
  }

  @Test
  void check_goodVersion_tellsWhatItTried() {
    byte[] prepared =
        ModelPreparation.prepare(SmallModel.nchw().bytes(), PREPROCESSING, LABELS).bytes();

    ModelCheck check = ModelCheck.of(publish(prepared));

    assertThat(check.inputWidth()).isEqualTo(SmallModel.SIZE);
    assertThat(check.inputHeight()).isEqualTo(SmallModel.SIZE);
    assertThat(check.classes()).isEqualTo(SmallModel.CLASSES);
    assertThat(check.milliseconds()).isPositive();
  }

  @Test
  void check_fileThatWasNeverPrepared_isRefused() {
    ModelVersion version = publish(SmallModel.nchw().bytes());

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ModelCheck.of(version))
        .withMessageStartingWith("small version 1: the model file was never prepared");
  }

  /**
   * Skips the test if a system property names another build of ONNX Runtime than Maven Central's.
   */
  private static void assumeCpuBuild() {
    assumeThat(System.getProperty("onnxruntime.native.path")).isNull();
  }

  private ModelVersion publish(byte[] file) {
    return new ModelRepository(folder).publish("small", file, PREPROCESSING, LABELS, SOURCE);
  }
}
