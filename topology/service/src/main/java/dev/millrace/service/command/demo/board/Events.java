package dev.millrace.service.command.demo.board;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The latest events. Pinned events stay longer than the others. Used by one thread. */
final class Events {

  /**
   * Largest number of pinned events to keep, and largest number of other events to keep. A screen
   * has fewer lines.
   */
  private static final int KEPT = 200;

  /**
   * One of every {@value} lines is reserved for events that are not pinned, even if there are many
   * pinned events.
   */
  private static final int OTHERS = 3;

  /**
   * An event.
   *
   * @param number position among all events
   * @param seconds time since the start of the demo, in s
   * @param text one line
   * @param kind how important the event is
   */
  record Event(long number, double seconds, String text, Kind kind) {}

  /** The importance of an event, which decides how long the screen shows it. */
  enum Kind {
    /** An event that scrolls away when newer events come. */
    PASSING,
    /** A highlighted event, which scrolls away when newer events come. */
    WARNING,
    /** An event that stays until newer pinned events need its line. */
    PINNED
  }

  private final List<Event> pinned = new ArrayList<>();
  private final List<Event> others = new ArrayList<>();
  private long count;

  /** Adds the newest event. */
  void add(double seconds, String text, Kind kind) {
    List<Event> list = kind == Kind.PINNED ? pinned : others;
    list.add(new Event(count++, seconds, text, kind));
    if (list.size() > KEPT) {
      list.remove(0);
    }
  }

  /**
   * {@return the events to show, oldest first}
   *
   * @param lines the largest number of events to return
   */
  List<Event> latest(int lines) {
    int room = Math.min(others.size(), Math.max(lines - pinned.size(), lines / OTHERS));
    return Stream.concat(last(pinned, lines - room), last(others, room))
        .sorted(Comparator.comparingLong(Event::number))
        .toList();
  }

  private static Stream<Event> last(List<Event> list, int count) {
    int from = Math.max(0, list.size() - count);
    return IntStream.range(from, list.size()).mapToObj(list::get);
  }
}
