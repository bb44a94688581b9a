package dev.millrace.service.logging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Counts repeated log lines, and lets one of them pass per minute. Two lines are repetitions if
 * they differ only in their numbers. Thread-safe.
 */
final class Repeats {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int MOST_LINES = 1_000;
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * Repetitions that were held back.
   *
   * @param line the first of the lines, which passed
   * @param count number of repetitions after it
   */
  record Held(String line, int count) {}

  private static final class Seen {
    private final String line;
    private final long passedAt;
    private int held;

    Seen(String line, long passedAt) {
      this.line = line;
      this.passedAt = passedAt;
    }
  }

  private final Map<String, Seen> lines = new LinkedHashMap<>();

  /**
   * Whether a line may pass.
   *
   * @param source the name of the logger
   * @param now the time, as {@link System#nanoTime}
   */
  synchronized boolean passes(String source, String line, long now) {
    String key = source + " " + NUMBER.matcher(line).replaceAll("#");
    Seen seen = lines.get(key);
    if (seen != null && now - seen.passedAt < MINUTE) {
      seen.held++;
      return false;
    }
    if (seen != null && seen.held > 0) {
      // Its predecessors have not been reported yet; it is reported with them.
      seen.held++;
      return false;
    }
    lines.remove(key);
    lines.put(key, new Seen(line, now));
    if (lines.size() > MOST_LINES) {
      lines.remove(lines.keySet().iterator().next());
    }
    return true;
  }

  /** Takes the repetitions that were held back for a minute, and forgets them. */
  synchronized List<Held> takeHeld(long now) {
    List<Held> held = new ArrayList<>();
    for (Iterator<Seen> all = lines.values().iterator(); all.hasNext(); ) {
      Seen seen = all.next();
      if (now - seen.passedAt >= MINUTE) {
        if (seen.held > 0) {
          held.add(new Held(seen.line, seen.held));
        }
        all.remove();
      }
    }
    return held;
  }
}
