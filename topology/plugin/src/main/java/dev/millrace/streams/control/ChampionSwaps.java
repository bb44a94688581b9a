package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.core.repository.ModelVersion;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders: swaps a {@link Swappable} to the version that an order names, and reports the
 * outcome. Retries a rejected version until it serves or another order arrives, because the
 * version's files may still arrive. Not thread-safe.
 */
final class ChampionSwaps {

  private static final Logger log = LoggerFactory.getLogger(ChampionSwaps.class);

  private final Swappable inference;
  private final SwapReports reports;
  private final Backoff backoff;
  private Champion wanted;
  private String reason;

  /**
   * @param inference the inference to swap
   * @param reports receives a report of every order
   * @param backoff determines when to retry a rejected version
   */
  ChampionSwaps(Swappable inference, SwapReports reports, Backoff backoff) {
    this.inference = inference;
    this.reports = reports;
    this.backoff = backoff;
  }

  /** Carries out the last of these orders, and reports the others as superseded. */
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
   * Accepts a champion that does not serve yet, to swap to it later.
   *
   * @param champion the champion
   * @param why the reason why the champion does not serve, which was already reported; null if the
   *     champion was not tried yet
   */
  void goOn(Champion champion, String why) {
    wanted = champion;
    reason = why;
  }

  /** Retries the champion that does not serve yet, if the next try is due. */
  void retry() {
    if (wanted != null && backoff.left().isZero()) {
      attempt();
    }
  }

  /** {@return the time until {@link #retry} is due, at most {@code most}} */
  Duration patience(Duration most) {
    return wanted == null || backoff.left().compareTo(most) > 0 ? most : backoff.left();
  }

  /**
   * Tries to swap to the wanted version. Reports a failure only if its reason differs from the last
   * reported reason. Catches every failure, even an {@link OutOfMemoryError}.
   */
  private void attempt() {
    long start = reports.now();
    int version = wanted.version();
    try {
      if (inference.serving().filter(now -> wanted.is(now.version(), now.sha256())).isPresent()) {
        served(Outcome.UNCHANGED, start);
        return;
      }
      inference.swap(wanted);
      SwapReport swapped = served(Outcome.SWAPPED, start);
      log.info("{} version {} serves after {} ms", model(), version, swapped.milliseconds());
    } catch (RuntimeException | Error e) {
      backoff.failed();
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      reports.lagging("version " + version + ": " + why);
      if (!why.equals(reason)) {
        reason = why;
        log.warn("{} version {} is rejected, and will be tried again: {}", model(), version, why);
        reports.publish(version, Outcome.REJECTED, why, serving(), start);
      }
    }
  }

  private SwapReport served(Outcome outcome, long start) {
    SwapReport report = reports.publish(wanted.version(), outcome, null, serving(), start);
    wanted = null;
    reports.lagging(null);
    return report;
  }

  private String model() {
    return reports.model();
  }

  private Integer serving() {
    return inference.serving().map(ModelVersion::version).orElse(null);
  }
}
