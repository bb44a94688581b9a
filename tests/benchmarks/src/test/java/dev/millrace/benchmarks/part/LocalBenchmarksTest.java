package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import org.junit.jupiter.api.Test;

class LocalBenchmarksTest {

  private final LocalBenchmarks benchmarks = new LocalBenchmarks();

  @Test
  void parts_onTheCpu_needNoGpu() {
    assertThat(benchmarks.parts(Device.Kind.CPU).keySet())
        .contains("resnet50", "accelerator", "null_model")
        .doesNotContain("cuda", "resnet50_fp16");
  }

  @Test
  void parts_onGpus_beginWithTheChecksAndSimulateNothing() {
    assertThat(benchmarks.parts(Device.Kind.CUDA).keySet())
        .startsWith("cuda")
        .contains("resnet50", "resnet50_fp16")
        .doesNotContain("accelerator", "null_model");
  }
}
