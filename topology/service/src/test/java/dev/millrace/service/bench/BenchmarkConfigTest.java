package dev.millrace.service.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.model.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BenchmarkConfigTest {

  @Test
  void devices_severalGpus_areOnGpus() {
    assertThat(config("cuda:0", "cuda:1").isOnGpus()).isTrue();
    assertThat(config("cpu").isOnGpus()).isFalse();
  }

  @Test
  void devices_gpuBesideTheCpu_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("cuda:0", "cpu"))
        .withMessageStartingWith("device: [cuda:0, cpu] must be either the CPU or GPUs");
    assertThatIllegalArgumentException().isThrownBy(BenchmarkConfigTest::config);
  }

  private static BenchmarkConfig config(String... devices) {
    List<Device> parsed = Stream.of(devices).map(Device::parse).toList();
    return new BenchmarkConfig(Path.of("."), 3, 1, parsed, Optional.empty());
  }
}
