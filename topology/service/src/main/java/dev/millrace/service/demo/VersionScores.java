package dev.millrace.service.demo;

import dev.millrace.core.evaluation.Proportion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the correct predictions of each version. Used by one thread. */
public final class VersionScores {

  /**
   * The number of correct predictions of a version.
   *
   * @param version number of the version
   * @param right number of the version's correct predictions
   * @param all number of all predictions of the version
   */
  public record Score(int version, long right, long all) {

    /** {@return the share of correct predictions, from 0 to 1; 0 without predictions} */
    public double accuracy() {
      return all == 0 ? 0 : (double) right / all;
    }

    /**
     * {@return the share of correct predictions with its 95 % interval}
     *
     * @throws IllegalArgumentException if there are no predictions
     */
    public Proportion share() {
      return Proportion.of(Math.toIntExact(right), Math.toIntExact(all));
    }

    @Override
    public String toString() {
      String share = all == 0 ? "0.0 %" : share().inPercent();
      return String.format(Locale.ROOT, "%,d of %,d right, %s", right, all, share);
    }
  }

  private final Map<Integer, Score> scores = new TreeMap<>();

  /** Creates scores without predictions. */
  public VersionScores() {}

  /**
   * Counts a prediction.
   *
   * @param version the version that made the prediction
   * @param right whether the prediction is correct
   * @return whether this is the first prediction of the version
   */
  public boolean add(int version, boolean right) {
    Score before = scores.getOrDefault(version, new Score(version, 0, 0));
    scores.put(version, new Score(version, before.right + (right ? 1 : 0), before.all + 1));
    return before.all == 0;
  }

  /**
   * {@return a version's score, for example {@code version 3: 412 of 500 right, 82.4 % (78.8 to
   * 85.5)}; the range is the 95 % interval}
   *
   * @param version the version
   */
  public String of(int version) {
    return "version " + version + ": " + scores.getOrDefault(version, new Score(version, 0, 0));
  }

  /** {@return the scores of all versions, in the order of their numbers} */
  public List<Score> all() {
    return List.copyOf(scores.values());
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
