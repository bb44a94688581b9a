package dev.millrace.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class MeterBeansTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MBeanServer server = MBeanServerFactory.newMBeanServer();

  private Object read(String name, String attribute) throws Exception {
    return server.getAttribute(new ObjectName("dev.millrace:" + name), attribute);
  }

  @Test
  void meters_areMBeansWhileTheyAreInTheRegistry() throws Exception {
    Counter early = counter("1");
    MeterBeans.bind(registry, server);
    Counter late = counter("2");
    early.increment(3);
    late.increment(4);

    assertThat(read("type=inference.count,model=\"a b\",version=\"1\"", "Count")).isEqualTo(3.0);
    assertThat(read("type=inference.count,model=\"a b\",version=\"2\"", "Count")).isEqualTo(4.0);
    registry.remove(early);
    assertThat(server.queryNames(new ObjectName("dev.millrace:*"), null)).hasSize(1);
  }

  private Counter counter(String version) {
    return Counter.builder("millrace.inference.count")
        .tags("model", "a b", "version", version)
        .register(registry);
  }

  @Test
  void gaugesAndHistograms_haveTheirStatistics() throws Exception {
    MeterBeans.bind(registry, server);
    Gauge.builder("millrace.champion.lagging", () -> 1).register(registry);
    DistributionSummary sizes =
        DistributionSummary.builder("millrace.inference.batch.size").register(registry);
    sizes.record(2);
    sizes.record(6);

    assertThat(read("type=champion.lagging", "Value")).isEqualTo(1.0);
    assertThat(read("type=inference.batch.size", "Count")).isEqualTo(2.0);
    assertThat(read("type=inference.batch.size", "Total")).isEqualTo(8.0);
    assertThat(read("type=inference.batch.size", "Mean")).isEqualTo(4.0);
    assertThat(read("type=inference.batch.size", "Max")).isEqualTo(6.0);
  }

  @Test
  void otherMeters_areNoMBeans() throws Exception {
    MeterBeans.bind(registry, server);
    Counter.builder("jvm.gc.count").register(registry).increment();

    assertThat(server.queryNames(new ObjectName("dev.millrace:*"), null)).isEmpty();
  }
}
