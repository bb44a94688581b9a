package dev.millrace.benchmarks.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.bench.BenchmarkConfig;
import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That everyone takes part and answers every image; how fast is no matter of a test. */
class LocalBenchmarksTest {

  private static final double FEW = 0.01;

  @TempDir Path folder;

  @Test
  void resnet20_measuresMillraceItsLimitAndItsPeers() throws Exception {
    Benchmarks benchmarks = ServiceLoader.load(Benchmarks.class).findFirst().orElseThrow();
    Collected figures = new Collected();

    benchmarks.measure(Set.of("resnet20"), new BenchmarkConfig(folder, 1, FEW), figures);

    assertThat(figures.values)
        .containsKeys(
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
        .allSatisfy((name, value) -> assertThat(value).as(name).isGreaterThan(-1).isFinite());
    assertThat(figures.values.get("resnet20.whole_over_limit"))
        .isEqualTo(
            figures.values.get("resnet20.whole")
                / figures.values.get("resnet20.limit_with_decode"));
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
