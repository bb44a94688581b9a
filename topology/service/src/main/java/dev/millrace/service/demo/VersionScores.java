package dev.millrace.service.demo;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How many predictions of each version are right. For one thread. */
public final class VersionScores {

  private record Score(long right, long all) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,d of %,d right, %.1f %%", right, all, all == 0 ? 0 : 100.0 * right / all);
    }
  }

  private final Map<Integer, Score> scores = new TreeMap<>();

  /** Notes a prediction; true if it is the first of its version. */
  public boolean add(int version, boolean right) {
    Score before = scores.getOrDefault(version, new Score(0, 0));
    scores.put(version, new Score(before.right + (right ? 1 : 0), before.all + 1));
    return before.all == 0;
  }

  /** For example {@code version 3: 412 of 500 right, 82.4 %}. */
  public String of(int version) {
    return "version " + version + ": " + scores.getOrDefault(version, new Score(0, 0));
  }

  /** All of them, a line each. */
  public String table() {
    return scores.keySet().stream().map(this::of).collect(Collectors.joining("\n"));
  }

  /** Predictions in all. */
  public long count() {
    return scores.values().stream().mapToLong(Score::all).sum();
  }

  /** Predictions that are right. */
  public long right() {
    return scores.values().stream().mapToLong(Score::right).sum();
  }
}
