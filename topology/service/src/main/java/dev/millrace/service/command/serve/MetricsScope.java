package dev.millrace.service.command.serve;

import dev.millrace.service.command.options.LabelConverter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Set;

/** Which metrics a service exposes. */
enum MetricsScope {
  /** The metrics of Millrace, the most useful metrics of the JVM, and the consumers' lag. */
  DEFAULT("default"),
  /**
   * The metrics of {@link #DEFAULT}, and all other metrics of the JVM and of Kafka's clients.
   * Kafka's clients have hundreds of metrics for each stream thread.
   */
  ALL("all");

  private static final String KAFKA = "kafka.";
  private static final Set<String> RARE =
      Set.of(
          "jvm.memory.committed",
          "jvm.buffer.count",
          "jvm.buffer.total.capacity",
          "jvm.gc.live.data.size",
          "jvm.gc.max.data.size",
          "jvm.gc.memory.promoted",
          "system.load.average.1m");
  private static final String LAG = "kafka.consumer.fetch.manager.records.lag.max";

  private final String label;

  MetricsScope(String label) {
    this.label = label;
  }

  /**
   * {@return a registry that accepts only the metrics of this scope; the caller closes the
   * registry}
   */
  PrometheusMeterRegistry registry() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    restrict(registry);
    return registry;
  }

  /**
   * Makes a registry accept only the metrics of this scope. Call this method before the registry
   * has any metrics.
   */
  void restrict(MeterRegistry registry) {
    if (this == DEFAULT) {
      registry
          .config()
          .meterFilter(
              MeterFilter.deny(
                  id ->
                      (id.getName().startsWith(KAFKA) && !id.getName().equals(LAG))
                          || RARE.contains(id.getName())
                          || isOfRarePool(id)));
    }
  }

  /** {@return whether a meter belongs to a memory pool that Millrace hardly uses or cannot fill} */
  private static boolean isOfRarePool(Meter.Id id) {
    return switch (id.getName()) {
      case "jvm.memory.max" -> !"heap".equals(id.getTag("area"));
      case "jvm.buffer.memory.used" -> !"direct".equals(id.getTag("id"));
      default -> false;
    };
  }

  /** {@return the value as the user writes it on the command line} */
  @Override
  public String toString() {
    return label;
  }

  /** Converts the value of {@code --metrics}. */
  static final class Converter extends LabelConverter<MetricsScope> {
    Converter() {
      super(MetricsScope.class);
    }
  }
}
