package dev.millrace.service.history;

import dev.millrace.control.SwapReport;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The last report of each instance about each model. Instances do not report when they stop, so
 * stopped instances are included. Not thread-safe.
 */
public final class Instances {

  private final Map<String, Reported> last = new TreeMap<>();

  /**
   * Adds a report. Reports must be added from the oldest to the newest.
   *
   * @param reported the report
   */
  public void add(Reported reported) {
    if (reported.isOfInstance()) {
      SwapReport report = reported.report();
      last.put(report.model() + "\n" + report.instance(), reported);
    }
  }

  /** {@return the last reports, sorted by model and instance} */
  public Collection<Reported> last() {
    return last.values();
  }

  /**
   * {@return the number of instances that serve a version, according to their last reports}
   *
   * @param model the model's name
   * @param version the version's number
   */
  public long serving(String model, int version) {
    return last.values().stream()
        .map(Reported::report)
        .filter(report -> report.model().equals(model))
        .filter(report -> Objects.equals(report.serving(), version))
        .count();
  }
}
