package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured where, and that everyone takes part; how fast is no matter of a test. */
class LocalBenchmarksTest {

  private static final double FEW = 0.01;

  @TempDir Path folder;

  @Test
  void resnet20_measuresMillraceItsLimitAndItsPeers() throws Exception {
    Benchmarks benchmarks = ServiceLoader.load(Benchmarks.class).findFirst().orElseThrow();
    Collected figures = new Collected();

    benchmarks.measure(
        Set.of("resnet20"),
        new BenchmarkConfig(folder, 1, FEW, List.of(Device.CPU), Optional.empty()),
        figures);

    assertThat(figures.values)
        .extractingByKeys(
            "resnet20.limit",
            "resnet20.limit_with_decode",
            "resnet20.whole",
            "resnet20.whole_exactly_once",
            "resnet20.map_values",
            "resnet20.map_values_exactly_once",
            "resnet20.poll_loop",
            "resnet20.parallel_consumer",
            "resnet20.flink",
            "resnet20.flink_exactly_once")
        .allSatisfy(rate -> assertThat(rate).isPositive().isFinite());
    assertThat(figures.values.get("resnet20.whole_over_limit"))
        .isEqualTo(
            figures.values.get("resnet20.whole")
                / figures.values.get("resnet20.limit_with_decode"));
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

  private static final class Collected implements Benchmarks.Listener {
    private final Map<String, Double> values = new LinkedHashMap<>();

    @Override
    public void progress(String what) {
      System.out.println(what);
    }

    @Override
    public void measured(Figure figure) {
      values.put(figure.name(), figure.value());
    }
  }
}
