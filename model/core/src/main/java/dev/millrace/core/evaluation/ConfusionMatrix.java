package dev.millrace.core.evaluation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the images for each pair of true class and answered class. Stores only the pairs that
 * occurred. Not thread-safe.
 */
public final class ConfusionMatrix {

  private final int[] images;
  private final int[] answers;
  private final Map<Long, Integer> counts = new HashMap<>();

  /**
   * Creates a matrix without images.
   *
   * @param classes number of classes, at least 1
   */
  public ConfusionMatrix(int classes) {
    this.images = new int[classes];
    this.answers = new int[classes];
  }

  /**
   * Adds an image.
   *
   * @param truth index of the image's class
   * @param answer index of the class that the model answered
   */
  public void add(int truth, int answer) {
    add(truth, answer, 1);
  }

  /** Adds several images of one class that received the same answer. */
  void add(int truth, int answer, int count) {
    images[truth] += count;
    answers[answer] += count;
    counts.merge(key(truth, answer), count, Integer::sum);
  }

  private long key(int truth, int answer) {
    return (long) truth * images.length + answer;
  }

  /** {@return the number of classes} */
  public int classes() {
    return images.length;
  }

  /**
   * {@return the number of images of a class that received an answer}
   *
   * @param truth index of the class
   * @param answer index of the answer
   */
  public int count(int truth, int answer) {
    return counts.getOrDefault(key(truth, answer), 0);
  }

  /**
   * {@return the number of images of a class}
   *
   * @param index index of the class
   */
  public int images(int index) {
    return images[index];
  }

  /**
   * {@return the share of a class's images that received the right answer; NaN without images}
   *
   * @param index index of the class
   */
  public double recall(int index) {
    return count(index, index) / (double) images[index];
  }

  /**
   * {@return the share of the answers of a class that are right; NaN if the model never gave this
   * answer}
   *
   * @param index index of the class
   */
  public double precision(int index) {
    return count(index, index) / (double) answers[index];
  }

  /**
   * {@return the mean of the recalls of all classes that have images; NaN without images} All
   * classes have equal weights, regardless of their numbers of images.
   */
  public double balancedAccuracy() {
    double sum = 0;
    int present = 0;
    for (int index = 0; index < images.length; index++) {
      if (images[index] > 0) {
        sum += recall(index);
        present++;
      }
    }
    return sum / present;
  }

  /**
   * {@return the balanced accuracy with its interval} The interval combines the Wilson intervals of
   * the recalls with the method of variance estimates recovery (MOVER): G. Y. Zou and A. Donner,
   * "Construction of confidence limits about effect measures" (2008).
   *
   * @throws IllegalStateException without images
   */
  public Estimate balanced() {
    double below = 0;
    double above = 0;
    int present = 0;
    for (int index = 0; index < images.length; index++) {
      if (images[index] > 0) {
        Proportion recall = Proportion.of(count(index, index), images[index]);
        below += Math.pow(recall.value() - recall.low(), 2);
        above += Math.pow(recall.high() - recall.value(), 2);
        present++;
      }
    }
    if (present == 0) {
      throw new IllegalStateException("there are no images");
    }
    double value = balancedAccuracy();
    return new Estimate(
        value,
        Math.max(0, value - Math.sqrt(below) / present),
        Math.min(1, value + Math.sqrt(above) / present));
  }

  /**
   * {@return the number of images that received an answer}
   *
   * @param index index of the answer
   */
  public int answers(int index) {
    return answers[index];
  }

  /**
   * {@return the recall of a class with its interval; empty without images}
   *
   * @param index index of the class
   */
  public Optional<Proportion> recallOf(int index) {
    return share(count(index, index), images[index]);
  }

  /**
   * {@return the precision of a class with its interval; empty if the model never gave this answer}
   *
   * @param index index of the class
   */
  public Optional<Proportion> precisionOf(int index) {
    return share(count(index, index), answers[index]);
  }

  private static Optional<Proportion> share(int hits, int n) {
    return n == 0 ? Optional.empty() : Optional.of(Proportion.of(hits, n));
  }

  /** {@return the counts that are not 0, ordered by class and answer} */
  List<Figures.Cell> cells() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            entry ->
                new Figures.Cell(
                    (int) (entry.getKey() / images.length),
                    (int) (entry.getKey() % images.length),
                    entry.getValue()))
        .toList();
  }

  /** {@return all counts: {@code int[truth][answer]}} */
  public int[][] rows() {
    int[][] rows = new int[images.length][images.length];
    counts.forEach(
        (key, count) -> rows[(int) (key / images.length)][(int) (key % images.length)] = count);
    return rows;
  }
}
