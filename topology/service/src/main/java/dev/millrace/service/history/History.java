package dev.millrace.service.history;

import dev.millrace.control.Champion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The promotions, rollbacks and reports of one model. Not thread-safe. */
public final class History {

  private final List<HistoryEvent> events = new ArrayList<>();
  private Optional<Champion> before = Optional.empty();

  /**
   * Adds a report.
   *
   * @param reported the report, about this model
   */
  public void add(Reported reported) {
    events.add(HistoryEvent.of(reported));
  }

  /**
   * Adds a record of the control topic. Records must be added from the oldest to the newest.
   *
   * @param naming the record, about this model
   */
  public void add(Naming naming) {
    events.add(naming.champion().map(named -> named(naming, named)).orElseGet(() -> taken(naming)));
    before = naming.champion();
  }

  private HistoryEvent named(Naming naming, Champion champion) {
    // A rollback writes no previous version. Therefore, a record with a previous version is a
    // promotion.
    boolean rolledBack =
        champion.previous() == null
            && before
                .map(Champion::previous)
                .filter(Integer.valueOf(champion.version())::equals)
                .isPresent();
    String text =
        rolledBack
            ? "rolled back to version %d from version %d"
                .formatted(champion.version(), before.orElseThrow().version())
            : "version " + champion.version() + " was promoted" + after(champion);
    return new HistoryEvent(
        naming.time(),
        champion.version(),
        rolledBack ? "rolled_back" : "promoted",
        text,
        null,
        null);
  }

  private static String after(Champion champion) {
    return champion.previous() == null ? "" : "; before it was version " + champion.previous();
  }

  private static HistoryEvent taken(Naming naming) {
    return new HistoryEvent(
        naming.time(), null, "withdrawn", "the promotion was taken back", null, null);
  }

  /**
   * {@return the events in the order of time; events of the same millisecond keep the order in
   * which they were added}
   */
  public List<HistoryEvent> events() {
    return events.stream().sorted(Comparator.comparing(HistoryEvent::time)).toList();
  }
}
