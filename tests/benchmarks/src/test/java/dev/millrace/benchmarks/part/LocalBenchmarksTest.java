package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.testing.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests which figures are measured, and which parts of the benchmarks run on which devices. The
 * tests ignore the measured speeds.
 */
class LocalBenchmarksTest {

  private static final double FEW = 0.01;

  @TempDir Path folder;

  @Test
  @Tag("nightly")
  @Tag("benchmarks")
  void int8_isComparedWithFloat32AndWithItsOwnLimit() throws Exception {
    Collected figures = new Collected();

    new LocalBenchmarks(List.of(Int8Part.only("resnet20")))
        .measure(
            Set.of("int8"),
            new BenchmarkConfig(folder, 1, FEW, List.of(Device.CPU), Optional.empty()),
            figures);

    assertThat(figures.values)
        .extractingByKeys(
            "int8.resnet20_limit", "int8.resnet20_over_float32", "int8.resnet20_whole_over_limit")
        .allSatisfy(figure -> assertThat(figure).isPositive().isFinite());
    assertThat(figures.values).doesNotContainKey("int8.resnet20_top1_loss");
  }

  @Test
  @Tag("nightly")
  @Tag("benchmarks")
  void int8_withTrainedWeights_saysHowMuchAccuracyItLoses() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.copy(SharedData.file("models/cifar10_resnet20.onnx"), data.resolve("resnet20.onnx"));
    Files.copy(SharedData.file("classes/cifar10.txt"), data.resolve("resnet20.txt"));
    SharedData.untar("cifar10/cifar10-test-1000-png.tar", data.resolve("resnet20"));
    Collected figures = new Collected();

    new LocalBenchmarks(List.of(Int8Part.only("resnet20")))
        .measure(
            Set.of("int8"),
            new BenchmarkConfig(
                folder, 1, FEW, List.of(Device.CPU), Optional.empty(), Optional.of(data)),
            figures);

    assertThat(figures.values.get("int8.resnet20_top1_loss")).isBetween(-2.0, 0.5);
    assertThat(figures.values.get("int8.resnet20_over_float32")).isPositive().isFinite();
  }

  @Test
  void parts_onTheCpu_needNoGpu() {
    assertThat(new LocalBenchmarks().parts(Device.Kind.CPU).keySet())
        .contains("resnet50", "accelerator", "null_model")
        .doesNotContain("cuda", "resnet50_fp16");
  }

  @Test
  void parts_onGpus_beginWithTheChecksAndSimulateNothing() {
    assertThat(new LocalBenchmarks().parts(Device.Kind.CUDA).keySet())
        .startsWith("cuda")
        .contains("resnet50", "resnet50_fp16")
        .doesNotContain("accelerator", "null_model");
  }
}
