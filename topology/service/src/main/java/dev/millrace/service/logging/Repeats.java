package dev.millrace.service.logging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Counts repeated log lines, and lets one of them through per minute. Two lines count as
 * repetitions of each other if they differ only in numbers. Thread-safe.
 */
final class Repeats {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int MOST_LINES = 1_000;
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * A log line, and the number of its repetitions that were held back.
   *
   * @param line the line as it was first logged
   * @param count number of repetitions that were held back
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
   * Returns whether a line may be logged now.
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
      // The earlier repetitions are not reported yet. This line counts as one more repetition, and
      // is reported together with them.
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

  /**
   * Returns and forgets the repetitions of each line that was first logged at least a minute ago.
   */
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
