package dev.millrace.service.command.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.telemetry.MachineMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsScopeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          jvm_gc_live_data_size_bytes                | ALL
          jvm_gc_max_data_size_bytes                 | ALL
          jvm_memory_committed_bytes                 | ALL
          jvm_memory_max_bytes{area="nonheap"        | ALL
          jvm_buffer_memory_used_bytes{id="mapped"}  | ALL
          system_load_average_1m                     | ALL
          jvm_memory_max_bytes{area="heap"           | DEFAULT
          jvm_memory_used_bytes{area="nonheap"       | DEFAULT
          jvm_buffer_memory_used_bytes{id="direct"}  | DEFAULT
          process_cpu_usage                          | DEFAULT
          """)
  void metric_isInTheScope(String metric, MetricsScope smallest) {
    for (MetricsScope scope : MetricsScope.values()) {
      assertThat(isShown(metric, scope)).isEqualTo(scope.compareTo(smallest) >= 0);
    }
  }

  private static boolean isShown(String metric, MetricsScope scope) {
    PrometheusMeterRegistry registry = scope.registry();
    try (MachineMetrics machine = MachineMetrics.bind(registry, List.of())) {
      return registry.scrape().lines().anyMatch(line -> line.startsWith(metric));
    } finally {
      registry.close();
    }
  }
}
