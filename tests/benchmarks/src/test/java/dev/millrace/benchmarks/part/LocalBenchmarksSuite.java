package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.Benchmarks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures ResNet-20 for a short time with every contender. Runs only with the profile {@code
 * nightly}.
 */
@Tag("nightly")
@Tag("benchmarks")
class LocalBenchmarksSuite {

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
  void scaleOut_measuresTwoInstances() throws Exception {
    Collected figures = new Collected();

    new LocalBenchmarks()
        .measure(
            Set.of("scale_out"),
            new BenchmarkConfig(folder, 1, FEW, List.of(Device.CPU), Optional.empty()),
            figures);

    assertThat(figures.values)
        .extractingByKeys(
            "scale_out.instances_1",
            "scale_out.instances_2",
            "scale_out.instances_2.efficiency",
            "scale_out.join_s",
            "scale_out.leave_s")
        .allSatisfy(figure -> assertThat(figure).isPositive().isFinite());
  }

  @Test
  void observability_comparesWatchedAndUnwatched() throws Exception {
    Collected figures = new Collected();

    new LocalBenchmarks()
        .measure(
            Set.of("observability"),
            new BenchmarkConfig(folder, 1, FEW, List.of(Device.CPU), Optional.empty()),
            figures);

    assertThat(figures.values)
        .extractingByKeys(
            "observability.watched_cpu",
            "observability.unwatched_cpu",
            "observability.cpu_over_unwatched",
            "observability.speed_over_unwatched")
        .allSatisfy(figure -> assertThat(figure).isPositive().isFinite());
  }

  @Test
  void crayfish_comparesItsDesignWithMillrace() throws Exception {
    Collected figures = new Collected();

    new LocalBenchmarks()
        .measure(
            Set.of("crayfish"),
            new BenchmarkConfig(folder, 1, FEW, List.of(Device.CPU), Optional.empty()),
            figures);

    for (String workload : List.of("crayfish.ffnn", "crayfish.resnet50")) {
      for (String entry : List.of("kafka_streams", "json", "jpeg")) {
        String name = workload + "." + entry;
        assertThat(figures.values)
            .extractingByKeys(name, name + "_cpu", name + ".p50", name + ".p95")
            .allSatisfy(figure -> assertThat(figure).isPositive().isFinite());
      }
      assertThat(figures.values)
          .containsKeys(
              workload + ".json_over_kafka_streams", workload + ".jpeg_over_kafka_streams");
    }
  }
}
