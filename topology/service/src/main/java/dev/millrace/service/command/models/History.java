package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The promotions, rollbacks and reports of one model. Not thread-safe. */
final class History {

  private final List<HistoryEvent> events = new ArrayList<>();
  private Optional<Champion> before = Optional.empty();

  /** Adds a report. */
  void add(Reported reported) {
    events.add(HistoryEvent.of(reported));
  }

  /** Adds a record of the control topic, which is newer than those before it. */
  void add(Naming naming) {
    events.add(naming.champion().map(named -> named(naming, named)).orElseGet(() -> taken(naming)));
    before = naming.champion();
  }

  private HistoryEvent named(Naming naming, Champion champion) {
    // A promotion names the version before it, a rollback none. See ModelsRollbackCommand.
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

  /** {@return the events by time; those of one millisecond as they were added} */
  List<HistoryEvent> events() {
    return events.stream().sorted(Comparator.comparing(HistoryEvent::time)).toList();
  }
}
