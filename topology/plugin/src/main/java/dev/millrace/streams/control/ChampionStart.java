package dev.millrace.streams.control;

import dev.millrace.control.Champion;
import dev.millrace.control.SwapReport.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the champion if it can serve, and otherwise the previously promoted version. Never starts
 * any other version, because a version that was not promoted may be wrong. Used by one thread at a
 * time.
 *
 * @param <I> the type of the inference
 */
final class ChampionStart<I> {

  private static final Logger log = LoggerFactory.getLogger(ChampionStart.class);

  private final Function<Champion, I> starter;
  private final SwapReports reports;
  private final Backoff backoff;
  private Champion champion;
  private String championReason;
  private String reported;
  private volatile String problem;

  /**
   * @param champion the first champion
   * @param starter starts a version; if it throws an exception, the version cannot serve
   * @param reports receives the outcomes
   * @param backoff determines when to retry
   */
  ChampionStart(
      Champion champion, Function<Champion, I> starter, SwapReports reports, Backoff backoff) {
    this.champion = champion;
    this.starter = starter;
    this.reports = reports;
    this.backoff = backoff;
  }

  /** {@return the champion of the last order} */
  Champion champion() {
    return champion;
  }

  /** {@return the reason why the champion does not serve; null if it serves} */
  String championReason() {
    return championReason;
  }

  /** {@return the reason why no version can serve, or null; any thread may call this method} */
  String problem() {
    return problem;
  }

  /**
   * Accepts the last of these orders, so that the next attempt starts its champion without a pause.
   * Reports the other orders as superseded.
   */
  void order(List<Champion> orders) {
    long now = reports.now();
    for (int i = 0; i < orders.size() - 1; i++) {
      reports.publish(orders.get(i).version(), Outcome.SUPERSEDED, null, null, now);
    }
    if (!orders.isEmpty()) {
      champion = orders.get(orders.size() - 1);
      reported = null;
      backoff.reset();
    }
  }

  /**
   * Tries to start the champion, and then the previous champion. Returns the inference that was
   * started, or empty.
   */
  Optional<I> attempt() {
    long start = reports.now();
    try {
      I started = starter.apply(champion);
      if (championReason != null) {
        reports.publish(champion.version(), Outcome.SWAPPED, null, champion.version(), start);
      }
      championReason = null;
      problem = null;
      reports.lagging(null);
      return Optional.of(started);
    } catch (RuntimeException e) {
      championReason = reason(e);
      reports.lagging(why());
      return attemptPrevious(start);
    }
  }

  /**
   * Tries to start a version as {@link #attempt} does, on the follower's thread. Catches every
   * failure, even a missing library, because a thread that waits for the start would wait forever
   * otherwise.
   */
  Optional<I> attemptAgain() {
    long start = reports.now();
    try {
      return attempt();
    } catch (RuntimeException | Error e) {
      championReason = e.getMessage() == null ? e.toString() : e.getMessage();
      reports.lagging(why());
      return failed(why(), start);
    }
  }

  private Optional<I> attemptPrevious(long start) {
    Integer previous = champion.previous();
    String why = why();
    if (previous == null || previous == champion.version()) {
      return failed(why, start);
    }
    try {
      I started = starter.apply(new Champion(previous, null, true));
      problem = null;
      backoff.failed();
      log.warn(
          "{} version {}, the previous champion, serves until the champion can: {}",
          reports.model(),
          previous,
          why);
      reports.publish(champion.version(), Outcome.REJECTED, championReason, previous, start);
      return Optional.of(started);
    } catch (RuntimeException e) {
      return failed(why + "; version " + previous + ": " + reason(e), start);
    }
  }

  private String why() {
    return "version " + champion.version() + ": " + championReason;
  }

  private Optional<I> failed(String why, long start) {
    problem = "no promoted version of " + reports.model() + " can serve: " + why;
    backoff.failed();
    if (!why.equals(reported)) {
      reported = why;
      log.warn("{}; trying again until one can", problem);
      reports.publish(champion.version(), Outcome.REJECTED, championReason, null, start);
    }
    return Optional.empty();
  }

  /**
   * Returns the reason for a failure in words. If a native library cannot be loaded, rethrows the
   * failure, because a later try would fail as well.
   */
  private static String reason(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkageError) {
        throw e;
      }
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
