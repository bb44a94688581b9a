package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

class BatchSizesTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final BatchSizes sizes = new BatchSizes(registry);

  private DistributionSummary version(String number) {
    return DistributionSummary.builder(BatchSizes.METRIC)
        .serviceLevelObjectives(1, 2, 4, 8)
        .tag("version", number)
        .register(registry);
  }

  @Test
  void batchesOfAllVersions_ofTheLastTenSeconds() {
    DistributionSummary first = version("1");
    first.record(8);
    assertThat(sizes.read(0)).isNull();

    first.record(1);
    version("2").record(4);
    version("2").record(4);
    BatchSizes.View view = sizes.read(1_000_000_000L);
    assertThat(view.count()).isEqualTo(3);
    assertThat(view.mean()).isEqualTo(3.0);
    assertThat(view.sizes())
        .containsExactly(
            new BatchSizes.Size(1, 1),
            new BatchSizes.Size(2, 0),
            new BatchSizes.Size(4, 2),
            new BatchSizes.Size(8, 0));

    assertThat(sizes.read(20_000_000_000L)).isNull();
  }

  @Test
  void versionThatGoesAway_isNoNegativeCount() {
    DistributionSummary first = version("1");
    first.record(1);
    first.record(1);
    assertThat(sizes.read(0)).isNull();
    registry.remove(first);
    version("2").record(2);

    assertThat(sizes.read(1)).isNull();
  }
}
