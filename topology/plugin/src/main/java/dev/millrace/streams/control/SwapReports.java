package dev.millrace.streams.control;

import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Publishes and counts what became of champions, and shows while one does not serve. Used by one
 * thread at a time.
 */
final class SwapReports implements AutoCloseable {

  private final String instance;
  private final String model;
  private final MeterRegistry registry;
  private final Consumer<SwapReport> sink;
  private final LongSupplier nanoTime;
  private final Gauge gauge;
  private volatile boolean lagging;

  /**
   * @param instance the name of this instance in reports
   * @param registry receives the meters; stays the caller's
   * @param sink receives each report
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  SwapReports(
      String instance,
      String model,
      MeterRegistry registry,
      Consumer<SwapReport> sink,
      LongSupplier nanoTime) {
    this.instance = instance;
    this.model = model;
    this.registry = registry;
    this.sink = sink;
    this.nanoTime = nanoTime;
    this.gauge =
        Gauge.builder("millrace.champion.lagging", this, reports -> reports.lagging ? 1 : 0)
            .description("1 while this instance cannot serve the version that was promoted last")
            .tag("model", model)
            .register(registry);
  }

  String model() {
    return model;
  }

  /** Now, on the clock. */
  long now() {
    return nanoTime.getAsLong();
  }

  /** Whether the champion cannot serve here. */
  void lagging(boolean lags) {
    lagging = lags;
  }

  /**
   * Publishes and counts an outcome.
   *
   * @param version the candidate
   * @param reason why it was rejected, or null
   * @param serving the version that serves now, or null
   * @param start when the order was begun, on the clock
   * @return the report
   */
  SwapReport publish(int version, Outcome outcome, String reason, Integer serving, long start) {
    double milliseconds = (now() - start) / 1e6;
    SwapReport report =
        new SwapReport(instance, model, version, outcome, reason, serving, milliseconds, null);
    Counter.builder("millrace.swap.count")
        .description("Orders to swap, by their outcome")
        .tags("model", model, "outcome", outcome.word())
        .register(registry)
        .increment();
    sink.accept(report);
    return report;
  }

  /** Takes the gauge away. */
  @Override
  public void close() {
    registry.remove(gauge);
  }
}
