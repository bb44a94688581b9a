package dev.millrace.streams.control;

import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Publishes and counts the outcomes of orders. A gauge shows whether the champion serves. Used by
 * one thread at a time.
 */
final class SwapReports implements AutoCloseable {

  private final String instance;
  private final String model;
  private final MeterRegistry registry;
  private final Consumer<SwapReport> sink;
  private final LongSupplier nanoTime;
  private final Gauge gauge;
  private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
  private volatile String lag;

  /**
   * @param instance the name of this instance in the reports
   * @param model the name of the model
   * @param registry receives the meters; the caller keeps and closes it
   * @param more the tags of the meters besides the model
   * @param sink receives each report
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  SwapReports(
      String instance,
      String model,
      MeterRegistry registry,
      Tags more,
      Consumer<SwapReport> sink,
      LongSupplier nanoTime) {
    this.instance = instance;
    this.model = model;
    this.registry = registry;
    Tags tags = more.and("model", model);
    this.sink = sink;
    this.nanoTime = nanoTime;
    this.gauge =
        Gauge.builder("millrace.champion.lagging", this, reports -> reports.lag == null ? 0 : 1)
            .description("1 while this instance cannot serve the version that was promoted last")
            .tags(tags)
            .register(registry);
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(
          outcome,
          Counter.builder("millrace.swap.count")
              .description("Orders to swap, by their outcome")
              .tags(tags.and("outcome", outcome.word()))
              .register(registry));
    }
  }

  String model() {
    return model;
  }

  /** {@return the time on the clock, in ns} */
  long now() {
    return nanoTime.getAsLong();
  }

  /**
   * Sets the reason that {@link #lag} returns, and the value of the gauge.
   *
   * @param why the reason why this instance cannot serve the champion; null if it can
   */
  void lagging(String why) {
    lag = why;
  }

  /**
   * {@return the reason why this instance cannot serve the champion; null if it can} Any thread may
   * call this method.
   */
  String lag() {
    return lag;
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
    outcomes.get(outcome).increment();
    sink.accept(report);
    return report;
  }

  /** Removes the meters. */
  @Override
  public void close() {
    registry.remove(gauge);
    outcomes.values().forEach(registry::remove);
  }
}
