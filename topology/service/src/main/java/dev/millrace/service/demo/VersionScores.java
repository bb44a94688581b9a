package dev.millrace.service.demo;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the correct predictions of each version. Used by one thread. */
public final class VersionScores {

  private record Score(long right, long all) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,d of %,d right, %.1f %%", right, all, all == 0 ? 0 : 100.0 * right / all);
    }
  }

  private final Map<Integer, Score> scores = new TreeMap<>();

  /** Creates scores without predictions. */
  public VersionScores() {}

  /**
   * Counts a prediction.
   *
   * @param version the version that made it
   * @param right whether the prediction is correct
   * @return whether this is the first prediction of the version
   */
  public boolean add(int version, boolean right) {
    Score before = scores.getOrDefault(version, new Score(0, 0));
    scores.put(version, new Score(before.right + (right ? 1 : 0), before.all + 1));
    return before.all == 0;
  }

  /**
   * {@return a version's score, for example {@code version 3: 412 of 500 right, 82.4 %}}
   *
   * @param version the version
   */
  public String of(int version) {
    return "version " + version + ": " + scores.getOrDefault(version, new Score(0, 0));
  }

  /** {@return the scores of all versions, one line each} */
  public String table() {
    return scores.keySet().stream().map(this::of).collect(Collectors.joining("\n"));
  }

  /** {@return the number of predictions} */
  public long count() {
    return scores.values().stream().mapToLong(Score::all).sum();
  }

  /** {@return the number of correct predictions} */
  public long right() {
    return scores.values().stream().mapToLong(Score::right).sum();
  }
}
