package dev.millrace.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.telemetry.Telemetry.Signal;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TelemetryTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private Telemetry start(Set<Signal> signals, Map<String, String> file) {
    return Telemetry.start(
        signals,
        new OtelSettings(file, name -> null, name -> null),
        "test",
        8,
        registry,
        any -> {});
  }

  @Test
  void withoutSignals_nothingIsExported() {
    try (Telemetry off = start(Set.of(), Map.of())) {
      assertThat(off.registry()).isSameAs(registry);
      assertThat(off.openTelemetry()).isEmpty();
    }
  }

  @Test
  void sampler_comesFromTheFile() {
    try (Telemetry traces =
        start(Set.of(Signal.TRACES), Map.of("otel.traces.sampler", "always_off"))) {
      assertThat(
              traces
                  .openTelemetry()
                  .orElseThrow()
                  .getTracer("test")
                  .spanBuilder("one")
                  .startSpan()
                  .isRecording())
          .isFalse();
    }
  }

  @Test
  void wrongSettings_areNamed() {
    assertThatThrownBy(
            () -> start(Set.of(Signal.TRACES), Map.of("otel.exporter.otlp.protocol", "grpc")))
        .isInstanceOf(TelemetryException.class)
        .hasMessage(
            "otel.exporter.otlp.protocol: 'grpc' is not supported; use http/protobuf, the default");
    assertThatThrownBy(() -> start(Set.of(Signal.TRACES), Map.of("otel.traces.sampler", "never")))
        .isInstanceOf(TelemetryException.class)
        .hasMessageContaining("never");
    assertThatThrownBy(
            () -> start(Set.of(Signal.METRICS), Map.of("otel.metric.export.interval", "soon")))
        .isInstanceOf(TelemetryException.class)
        .hasMessage("otel.metric.export.interval: 'soon' is not a number of milliseconds");
  }

  @Test
  void wrongSettingOfMetrics_leavesNoTracesBehind() {
    assertThatThrownBy(
            () ->
                start(
                    Set.of(Signal.TRACES, Signal.METRICS),
                    Map.of("otel.metric.export.interval", "soon")))
        .isInstanceOf(TelemetryException.class);

    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("BatchSpanProcessor")));
  }

  @Test
  void settings_ofAPropertyComeBeforeTheVariableAndTheFile() {
    String name = "otel.traces.sampler";
    Map<String, String> file = Map.of(name, "file");
    assertThat(new OtelSettings(file, any -> "property", any -> "variable").get(name))
        .contains("property");
    assertThat(
            new OtelSettings(
                    file,
                    any -> null,
                    variable -> variable.equals("OTEL_TRACES_SAMPLER") ? "variable" : null)
                .get(name))
        .contains("variable");
    assertThat(new OtelSettings(file, any -> null, any -> " ").get(name)).contains("file");
  }
}
