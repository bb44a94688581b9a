package dev.millrace.streams.control;

import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Publishes and counts the outcomes of orders, and shows in a gauge whether the champion serves.
 * Used by one thread at a time.
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
   * @param instance the name of this instance in the reports
   * @param model the name of the model
   * @param registry receives the meters; the caller keeps and closes it
   * @param sink receives each report
   * @param nanoTime the clock, for example {@link System#nanoTime}
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

  /** {@return the time on the clock, in ns} */
  long now() {
    return nanoTime.getAsLong();
  }

  /** Sets whether the gauge shows that this instance cannot serve the champion. */
  void lagging(boolean lags) {
    lagging = lags;
  }

  /**
   * Publishes and counts an outcome.
   *
   * @param version the candidate
   * @param outcome the outcome
   * @param reason the reason why the candidate was rejected, or null
   * @param serving the version that serves now, or null
   * @param start the time at which the swap or start began, in ns on the clock
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

  /** Removes the gauge. */
  @Override
  public void close() {
    registry.remove(gauge);
  }
}
