package dev.millrace.service.telemetry;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Exports meters with Micrometer and OTLP over HTTP, to the address in OpenTelemetry's settings.
 */
final class MetricExport {

  private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
  private static final String METRICS_ENDPOINT = "otel.exporter.otlp.metrics.endpoint";
  private static final String INTERVAL = "otel.metric.export.interval";
  private static final String LOCAL = "http://localhost:4318";

  private MetricExport() {}

  /**
   * Starts to export at intervals.
   *
   * @param service the default for {@code otel.service.name}
   * @return a registry; the caller closes it, which exports the last values
   * @throws TelemetryException if a setting is wrong
   */
  static MeterRegistry start(OtelSettings settings, String service) {
    return new OtlpMeterRegistry(new Config(settings, service), Clock.SYSTEM);
  }

  private record Config(OtelSettings settings, String service) implements OtlpConfig {

    /**
     * Returns null for each of Micrometer's own keys, because only OpenTelemetry's settings apply.
     */
    @Override
    public String get(String key) {
      return null;
    }

    @Override
    public String url() {
      return settings
          .get(METRICS_ENDPOINT)
          .orElseGet(
              () -> settings.get(ENDPOINT).orElse(LOCAL).replaceAll("/+$", "") + "/v1/metrics");
    }

    /** OpenTelemetry's setting is in milliseconds, and its default is 60 s. */
    @Override
    public Duration step() {
      Optional<String> interval = settings.get(INTERVAL);
      try {
        return Duration.ofMillis(interval.map(Long::parseLong).orElse(60_000L));
      } catch (NumberFormatException e) {
        throw new TelemetryException(
            INTERVAL + ": '" + interval.orElseThrow() + "' is not a number of milliseconds", e);
      }
    }

    @Override
    public Map<String, String> resourceAttributes() {
      Map<String, String> attributes = pairs("otel.resource.attributes");
      attributes.putIfAbsent("service.name", service);
      settings.get("otel.service.name").ifPresent(name -> attributes.put("service.name", name));
      return attributes;
    }

    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = pairs("otel.exporter.otlp.headers");
      headers.putAll(pairs("otel.exporter.otlp.metrics.headers"));
      return headers;
    }

    private Map<String, String> pairs(String name) {
      Map<String, String> pairs = new HashMap<>();
      for (String pair : settings.get(name).orElse("").split(",", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          pairs.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        }
      }
      return pairs;
    }
  }
}
