package dev.millrace.service.telemetry;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.HashMap;
import java.util.Map;

/**
 * Creates OpenTelemetry's SDK for traces. Only this class loads the SDK, so that a service without
 * traces does not load it.
 */
final class Traces {

  private static final String AGENT = "io.opentelemetry.javaagent.OpenTelemetryAgent";
  private static final String PROTOCOL = "otel.exporter.otlp.protocol";
  private static final String TRACES_PROTOCOL = "otel.exporter.otlp.traces.protocol";
  private static final String HTTP = "http/protobuf";

  /** The SDK's default for the largest number of links of a span. */
  private static final int LINKS = 128;

  private Traces() {}

  /**
   * Creates the SDK.
   *
   * @param service the default for {@code otel.service.name}
   * @param batch the largest number of images in a batch; the span of a batch has a link to each of
   *     its images
   * @return the SDK; the caller closes it, which exports the last spans
   * @throws TelemetryException if a setting is wrong, or the Java agent traces the process already
   */
  static OpenTelemetrySdk start(OtelSettings settings, String service, int batch) {
    if (isAgentThere()) {
      throw new TelemetryException(
          "OpenTelemetry's Java agent traces this process already, and both would make a span of"
              + " each image; leave traces out of --otlp, or start without the agent");
    }
    SdkLog.redirect();
    requireHttp(settings, PROTOCOL);
    requireHttp(settings, TRACES_PROTOCOL);
    Map<String, String> defaults = new HashMap<>();
    defaults.put(PROTOCOL, HTTP);
    defaults.put("otel.service.name", service);
    defaults.put("otel.span.link.count.limit", Integer.toString(Math.max(LINKS, batch)));
    defaults.putAll(settings.file());
    try {
      return AutoConfiguredOpenTelemetrySdk.builder()
          .addPropertiesSupplier(() -> defaults)
          // The SDK exports no metrics and no logs, because Micrometer exports the metrics, and the
          // log has its own formats.
          .addPropertiesCustomizer(
              config -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
          .disableShutdownHook()
          .build()
          .getOpenTelemetrySdk();
    } catch (ConfigurationException e) {
      throw new TelemetryException(
          "cannot export traces: " + e.getMessage() + "; correct the OTEL_ variables", e);
    }
  }

  private static void requireHttp(OtelSettings settings, String name) {
    settings
        .get(name)
        .filter(protocol -> !protocol.equals(HTTP))
        .ifPresent(
            protocol -> {
              throw new TelemetryException(
                  name + ": '" + protocol + "' is not supported; use " + HTTP + ", the default");
            });
  }

  private static boolean isAgentThere() {
    try {
      Class.forName(AGENT, false, ClassLoader.getSystemClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
