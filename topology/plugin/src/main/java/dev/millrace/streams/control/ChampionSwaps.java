package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders to swap: has an {@link ImageInference} serve the version that is named, and
 * reports and counts the outcome. Used by one thread.
 */
final class ChampionSwaps {

  private static final Logger log = LoggerFactory.getLogger(ChampionSwaps.class);

  private final ImageInference<?> inference;
  private final String instance;
  private final String model;
  private final MeterRegistry registry;
  private final Consumer<SwapReport> reports;
  private final LongSupplier nanoTime;

  /**
   * @param instance the name of this instance in reports
   * @param registry receives the counts; stays the caller's
   * @param reports receives a report of every order
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  ChampionSwaps(
      ImageInference<?> inference,
      String instance,
      String model,
      MeterRegistry registry,
      Consumer<SwapReport> reports,
      LongSupplier nanoTime) {
    this.inference = inference;
    this.instance = instance;
    this.model = model;
    this.registry = registry;
    this.reports = reports;
    this.nanoTime = nanoTime;
  }

  /** Carries out the last of these orders; those before it are superseded. */
  void carryOut(List<Champion> orders) {
    for (int i = 0; i < orders.size(); i++) {
      boolean isLast = i == orders.size() - 1;
      SwapReport report =
          isLast
              ? swap(orders.get(i))
              : report(orders.get(i), Outcome.SUPERSEDED, null, nanoTime.getAsLong());
      registry
          .counter("millrace.swap.count", "model", model, "outcome", report.outcome().word())
          .increment();
      reports.accept(report);
    }
  }

  /** Any failure of a candidate is a reason to reject it, also a lack of memory. */
  private SwapReport swap(Champion order) {
    long start = nanoTime.getAsLong();
    try {
      if (Objects.equals(serving(), order.version())) {
        return report(order, Outcome.UNCHANGED, null, start);
      }
      inference.swap(order.version(), order.allowSignatureChange());
      SwapReport swapped = report(order, Outcome.SWAPPED, null, start);
      log.info("{} version {} serves after {} ms", model, order.version(), swapped.milliseconds());
      return swapped;
    } catch (RuntimeException | Error e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      log.warn("{} version {} is rejected: {}", model, order.version(), reason);
      return report(order, Outcome.REJECTED, reason, start);
    }
  }

  private SwapReport report(Champion order, Outcome outcome, String reason, long start) {
    double milliseconds = (nanoTime.getAsLong() - start) / 1e6;
    return new SwapReport(
        instance, model, order.version(), outcome, reason, serving(), milliseconds, null);
  }

  private Integer serving() {
    return inference.serving().map(ModelVersion::version).orElse(null);
  }
}
