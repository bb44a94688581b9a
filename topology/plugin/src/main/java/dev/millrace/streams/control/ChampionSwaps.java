package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.streams.ImageInference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders to swap: has an {@link ImageInference} serve the version that is named, and
 * reports the outcome. A version that is rejected is tried again until it serves or another one is
 * ordered, since its files may still come. Used by one thread.
 */
final class ChampionSwaps {

  private static final Logger log = LoggerFactory.getLogger(ChampionSwaps.class);

  private final ImageInference<?> inference;
  private final SwapReports reports;
  private final Backoff backoff;
  private Champion wanted;
  private String reason;

  /**
   * @param reports receives a report of every order
   * @param backoff when to try a rejected version again
   */
  ChampionSwaps(ImageInference<?> inference, SwapReports reports, Backoff backoff) {
    this.inference = inference;
    this.reports = reports;
    this.backoff = backoff;
  }

  /** Carries out the last of these orders; those before it are superseded. */
  void carryOut(List<Champion> orders) {
    for (int i = 0; i < orders.size() - 1; i++) {
      Champion order = orders.get(i);
      reports.publish(order.version(), Outcome.SUPERSEDED, null, serving(), reports.now());
    }
    if (!orders.isEmpty()) {
      wanted = orders.get(orders.size() - 1);
      reason = null;
      backoff.reset();
      attempt();
    }
  }

  /**
   * Goes on with a champion that could not serve.
   *
   * @param why the reason that was reported, or null if it was not tried yet
   */
  void goOn(Champion champion, String why) {
    wanted = champion;
    reason = why;
  }

  /** Tries a champion again that could not serve, if its time has come. */
  void retry() {
    if (wanted != null && backoff.left().isZero()) {
      attempt();
    }
  }

  /** How long to wait for an order, at most {@code most}, before {@link #retry} is due. */
  Duration patience(Duration most) {
    return wanted == null || backoff.left().compareTo(most) > 0 ? most : backoff.left();
  }

  /** A failure is reported once for each reason. Any is a reason, also a lack of memory. */
  private void attempt() {
    long start = reports.now();
    int version = wanted.version();
    try {
      if (Objects.equals(serving(), version)) {
        served(Outcome.UNCHANGED, start);
        return;
      }
      inference.swap(version, wanted.allowSignatureChange());
      SwapReport swapped = served(Outcome.SWAPPED, start);
      log.info("{} version {} serves after {} ms", model(), version, swapped.milliseconds());
    } catch (RuntimeException | Error e) {
      backoff.failed();
      reports.lagging(true);
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      if (!why.equals(reason)) {
        reason = why;
        log.warn(
            "{} version {} is rejected, and tried again from time to time: {}",
            model(),
            version,
            why);
        reports.publish(version, Outcome.REJECTED, why, serving(), start);
      }
    }
  }

  private SwapReport served(Outcome outcome, long start) {
    SwapReport report = reports.publish(wanted.version(), outcome, null, serving(), start);
    wanted = null;
    reports.lagging(false);
    return report;
  }

  private String model() {
    return reports.model();
  }

  private Integer serving() {
    return inference.serving().map(ModelVersion::version).orElse(null);
  }
}
