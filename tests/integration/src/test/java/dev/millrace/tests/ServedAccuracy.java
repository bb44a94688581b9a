package dev.millrace.tests;

import dev.millrace.core.evaluation.McNemar;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.demo.DemoImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures the champion after each round on images that no trainer gets, with their true labels.
 * Compares the champion with the best champion since the last rollback by hand, by a one-sided
 * McNemar's test at a level of 5 %.
 */
final class ServedAccuracy {

  private static final double LEVEL = 0.05;

  private final ModelRepository repository;
  private final String model;
  private final FashionImages known;
  private final FashionImages added;
  private final List<Row> rows = new ArrayList<>();
  private byte[] best;
  private int bestVersion;

  /**
   * The result of a round.
   *
   * @param fallen whether the champion is significantly worse than the best champion since the last
   *     rollback by hand
   * @param recall the share of the new class's images that the champion classifies correctly
   */
  record Row(boolean fallen, double recall, String line) {}

  /**
   * Creates a measurement that judges on the images of the known classes, and separately on the
   * images of the new class.
   */
  ServedAccuracy(ModelRepository repository, String model, List<DemoImage> images)
      throws IOException {
    this.repository = repository;
    this.model = model;
    this.known =
        FashionImages.of(images.stream().filter(image -> !LoopImages.isNew(image)).toList());
    this.added = FashionImages.of(images.stream().filter(LoopImages::isNew).toList());
  }

  /**
   * Measures the champion.
   *
   * @param event description of the round's event, for the table
   * @param verdicts the trainers' verdicts
   */
  void measure(String event, int champion, String verdicts) {
    var version = repository.version(model, champion);
    byte[] answers = known.classify(version);
    if (best == null || known.right(answers) > known.right(best)) {
      best = answers;
      bestVersion = champion;
    }
    double p = McNemar.oneSided(known.gained(best, answers), known.gained(answers, best));
    double recall = added.accuracy(added.classify(version)) / 100;
    Proportion accuracy = Proportion.of(known.right(answers), known.labels().length);
    String line =
        String.format(
            Locale.ROOT,
            "| %d | %s | %d | %.2f (%.2f to %.2f) | %d | %.2g | %.1f | %s |",
            rows.size() + 1,
            event,
            champion,
            100 * accuracy.value(),
            100 * accuracy.low(),
            100 * accuracy.high(),
            bestVersion,
            p,
            100 * recall,
            verdicts);
    rows.add(new Row(p < LEVEL, recall, line));
    System.out.println(line);
  }

  /**
   * To be called after a rollback by hand. A person has withdrawn the champion, so the loop must
   * not serve it again. From now on, a champion is compared only with later ones.
   */
  void rolledBack() {
    best = null;
  }

  /** Returns the last round. */
  Row last() {
    return rows.get(rows.size() - 1);
  }

  /**
   * Returns the largest number of rounds in a row in which the champion was significantly worse
   * than the best champion since the last rollback by hand.
   */
  int longestFall() {
    int longest = 0;
    int now = 0;
    for (Row row : rows) {
      now = row.fallen() ? now + 1 : 0;
      longest = Math.max(longest, now);
    }
    return longest;
  }

  /** Returns the table of all rounds. */
  String table() {
    return String.format(
            Locale.ROOT,
            "| round | event | champion | accuracy in %% (95 %% interval) of %,d | best | p | new"
                + " class in %% of %,d | verdicts |%n|---|---|---|---|---|---|---|---|%n",
            known.labels().length,
            added.labels().length)
        + String.join(System.lineSeparator(), rows.stream().map(Row::line).toList());
  }
}
