package dev.millrace.service.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Exports a service's traces and metrics to OpenTelemetry's collector, from {@link #start} to
 * {@link #close}. Without signals, this class exports nothing, and loads no class of
 * OpenTelemetry's SDK.
 */
public final class Telemetry implements AutoCloseable {

  /** A kind of data that can be exported. */
  public enum Signal {
    /** Traces with one span for each image and one span for each batch. */
    TRACES("traces"),
    /** The meters. */
    METRICS("metrics");

    private final String label;

    Signal(String label) {
      this.label = label;
    }

    /** {@return the value on the command line} */
    @Override
    public String toString() {
      return label;
    }
  }

  private final MeterRegistry registry;
  private final Optional<OpenTelemetry> openTelemetry;
  private final List<Closeable> exports;

  private Telemetry(
      MeterRegistry registry, Optional<OpenTelemetry> openTelemetry, List<Closeable> exports) {
    this.registry = registry;
    this.openTelemetry = openTelemetry;
    this.exports = exports;
  }

  /**
   * Starts to export.
   *
   * @param signals the kinds of data to export
   * @param settings the settings of the export, for example its address
   * @param service the default name of the service
   * @param batch the largest number of images in a batch
   * @param registry holds the meters, even if they are not exported; the caller keeps and closes it
   * @param filter restricts the meters that are exported
   * @return the exports; the caller closes them after the service
   * @throws TelemetryException if a setting is wrong
   */
  public static Telemetry start(
      Set<Signal> signals,
      OtelSettings settings,
      String service,
      int batch,
      MeterRegistry registry,
      Consumer<MeterRegistry> filter) {
    List<Closeable> exports = new ArrayList<>();
    try {
      Optional<OpenTelemetry> openTelemetry = Optional.empty();
      if (signals.contains(Signal.TRACES)) {
        var sdk = Traces.start(settings, service, batch);
        exports.add(sdk);
        openTelemetry = Optional.of(sdk);
      }
      if (!signals.contains(Signal.METRICS)) {
        return new Telemetry(registry, openTelemetry, exports);
      }
      MeterRegistry exporting = MetricExport.start(settings, service);
      exports.add(exporting::close);
      filter.accept(exporting);
      CompositeMeterRegistry both = new CompositeMeterRegistry();
      both.add(registry);
      both.add(exporting);
      return new Telemetry(both, openTelemetry, exports);
    } catch (RuntimeException | Error e) {
      new Telemetry(registry, Optional.empty(), exports).close();
      throw e;
    }
  }

  /** {@return the registry in which the service registers its meters} */
  public MeterRegistry registry() {
    return registry;
  }

  /** {@return the object that traces the images; empty if they are not traced} */
  public Optional<OpenTelemetry> openTelemetry() {
    return openTelemetry;
  }

  /** Exports the remaining data, and stops. */
  @Override
  public void close() {
    try {
      for (Closeable export : exports) {
        export.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("closing an export failed", e);
    }
  }
}
