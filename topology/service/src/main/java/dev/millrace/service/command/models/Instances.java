package dev.millrace.service.command.models;

import dev.millrace.control.SwapReport;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The last report of each instance about each model. No instance reports its own end, so this also
 * holds instances that have stopped. Not thread-safe.
 */
final class Instances {

  private final Map<String, Reported> last = new TreeMap<>();

  /** Takes in a report that is newer than those before it. */
  void add(Reported reported) {
    if (reported.isOfInstance()) {
      SwapReport report = reported.report();
      last.put(report.model() + "\n" + report.instance(), reported);
    }
  }

  /** {@return the last reports, by model and instance} */
  Collection<Reported> last() {
    return last.values();
  }

  /** {@return the number of instances whose last report says that they serve a version} */
  long serving(String model, int version) {
    return last.values().stream()
        .map(Reported::report)
        .filter(report -> report.model().equals(model))
        .filter(report -> Objects.equals(report.serving(), version))
        .count();
  }
}
