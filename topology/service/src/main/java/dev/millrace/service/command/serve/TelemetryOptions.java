package dev.millrace.service.command.serve;

import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.options.LabelConverter;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.telemetry.OtelSettings;
import dev.millrace.service.telemetry.Telemetry;
import dev.millrace.service.telemetry.TelemetryException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A mixin of options for the export of traces and metrics. */
@Grouped(Section.HTTP)
final class TelemetryOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--otlp",
      paramLabel = "SIGNAL",
      split = ",",
      converter = Signals.class,
      description =
          "Export to OpenTelemetry's collector with OTLP over HTTP: ${COMPLETION-CANDIDATES},"
              + " separated by commas. Off by default. Set the address and the sampling with"
              + " OpenTelemetry's variables, such as OTEL_EXPORTER_OTLP_ENDPOINT and"
              + " OTEL_TRACES_SAMPLER, or with keys such as otel.traces.sampler in the --config"
              + " file.")
  private Set<Telemetry.Signal> signals = Set.of();

  /** {@return whether the service exports its metrics} */
  boolean exportsMetrics() {
    return signals.contains(Telemetry.Signal.METRICS);
  }

  /**
   * Starts the exports.
   *
   * @param registry holds the metrics, even if they are not exported; the caller closes it
   * @param metrics the metrics to export
   * @return the exports, which the caller closes after the service
   * @throws CommandException if a setting is wrong
   */
  Telemetry start(ServiceConfig config, MeterRegistry registry, MetricsScope metrics) {
    Map<String, String> file =
        command.defaultValueProvider() instanceof ConfigFile given ? given.values() : Map.of();
    try {
      return Telemetry.start(
          signals,
          OtelSettings.of(file),
          config.group(),
          config.inference().engine().maxBatchSize(),
          registry,
          metrics::restrict);
    } catch (TelemetryException e) {
      throw new CommandException(e.getMessage(), e);
    }
  }

  /** Converts the values of {@code --otlp}. */
  static final class Signals extends LabelConverter<Telemetry.Signal> {
    Signals() {
      super(Telemetry.Signal.class);
    }
  }
}
