package dev.millrace.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.model.Device;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MachineMetricsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gpu(String name, String uuid) {
    return registry.get("millrace.gpu.memory." + name).tag("gpu_uuid", uuid).gauge().value();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void residentMemory_isPlausible() {
    try (MachineMetrics metrics = MachineMetrics.bind(registry, List.of(Device.CPU))) {
      Runtime runtime = Runtime.getRuntime();
      assertThat(registry.get("process.resident.memory").gauge().value())
          .isGreaterThan(runtime.totalMemory() / 10.0)
          .isLessThan(1e12);
      assertThat(registry.find("jvm.memory.used").gauges()).isNotEmpty();
      assertThat(registry.find("millrace.gpu.memory.used").gauges()).isEmpty();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryOfGpus_isThatOfEachGpuThatTellsIt_andGoesWithTheDriver(@TempDir Path folder)
      throws Exception {
    Path output = folder.resolve("output");
    Files.writeString(output, "GPU-1, 1024, 81559\nGPU-2, [N/A], [N/A]\nGPU-3, 0, 10\n");
    try (GpuMemory memory = new GpuMemory(registry, List.of("cat", output.toString()), PATIENCE)) {
      memory.look();
      assertThat(gpu("used", "GPU-1")).isEqualTo(1024.0 * 1024 * 1024);
      assertThat(gpu("total", "GPU-1")).isEqualTo(81559.0 * 1024 * 1024);
      assertThat(gpu("used", "GPU-3")).isZero();
      assertThat(registry.find("millrace.gpu.memory.used").gauges()).hasSize(2);

      Files.delete(output);
      memory.look();
      assertThat(registry.getMeters()).isEmpty();
    }
  }

  @Test
  void withoutTheProgram_thereAreNoMeters() {
    try (GpuMemory memory = new GpuMemory(registry, List.of("/nowhere/nvidia-smi"), PATIENCE)) {
      memory.look();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  @Timeout(60)
  @EnabledOnOs(OS.LINUX)
  void programThatHangs_isKilled_andThereAreNoMeters() {
    String seconds = "54321.0625"; // no other test has this child
    try (GpuMemory memory =
        new GpuMemory(registry, List.of("sleep", seconds), Duration.ofMillis(50))) {
      memory.look();
    }
    assertThat(registry.getMeters()).isEmpty();
    await().until(() -> ProcessHandle.current().children().noneMatch(child -> has(child, seconds)));
  }

  private static boolean has(ProcessHandle child, String argument) {
    return child.isAlive()
        && child.info().arguments().map(Arrays::asList).orElse(List.of()).contains(argument);
  }
}
