package dev.millrace.service.command.evaluate;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.ConfusionMatrix;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Interval;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Labels;
import dev.millrace.service.command.output.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Prints the measures of a version as text.
 *
 * @param out the writer to print to
 * @param labels the names of the classes
 */
public record FiguresText(PrintWriter out, Labels labels) {

  /** Largest number of classes whose confusion matrix fits on a screen. */
  private static final int SCREEN = 20;

  /** The text that is printed for a measure that the manifest does not contain. */
  public static final String UNKNOWN = "unknown";

  /**
   * Prints the measures of all images together, one per line.
   *
   * @param figures the measures
   */
  public void printOverall(Figures figures) {
    line("top-1", share(figures.top1()));
    line("top-5", share(figures.top5()));
    line("balanced accuracy", share(figures.balanced()));
    line("log loss", number(figures.logLoss()));
    line("calibration error", number(figures.ece()) + " (expected, 15 bins)");
  }

  /**
   * Prints the temperature of the calibration, and the measures of the version without this
   * temperature. Also prints the number of images whose answer differs with the temperature.
   *
   * @param calibration the calibration, or null if there is none
   */
  public void printCalibration(Calibration calibration) {
    if (calibration == null) {
      return;
    }
    line(
        "temperature",
        String.format(
            Locale.ROOT,
            "%.4g, fitted on %,d images",
            calibration.temperature(),
            calibration.images()));
    Figures before = calibration.before();
    if (before == null) {
      line("  without", UNKNOWN);
      return;
    }
    line("  log loss without", number(before.logLoss()));
    line("  calibration error", number(before.ece()) + " without");
    line("  other answers", calibration.changed() + " of " + before.n() + " images");
  }

  /**
   * Prints the measures of the classes, and the confusion matrix of up to {@value #SCREEN} classes.
   * If there are more classes, prints the classes with the lowest recall.
   *
   * @param figures the measures
   */
  public void printClasses(Figures figures) {
    ConfusionMatrix confusion = figures.matrix();
    out.println();
    printClasses(confusion);
    if (confusion.classes() <= SCREEN) {
      out.println();
      printConfusion(confusion);
    }
  }

  void line(String name, String value) {
    out.printf("  %-18s %s%n", name, value);
  }

  /**
   * {@return a share with its interval, for example {@code 91.50 % (95 % interval: …)}}
   *
   * @param share the share, from 0 to 1; null if it is unknown
   */
  public static String share(Interval share) {
    if (share == null) {
      return UNKNOWN;
    }
    return String.format(
        Locale.ROOT,
        "%.2f %% (95 %% interval: %.2f to %.2f %%)",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }

  /**
   * {@return a number with its interval, for example {@code 0.2913 (95 % interval: …)}}
   *
   * @param value the number; null if it is unknown
   */
  public static String number(Interval value) {
    if (value == null) {
      return UNKNOWN;
    }
    return String.format(
        Locale.ROOT,
        "%.4f (95 %% interval: %.4f to %.4f)",
        value.value(),
        value.low(),
        value.high());
  }

  private void printClasses(ConfusionMatrix confusion) {
    List<Integer> present =
        IntStream.range(0, labels.size())
            .filter(index -> confusion.images(index) > 0)
            .boxed()
            .toList();
    List<Integer> shown = present;
    if (present.size() > SCREEN) {
      shown =
          present.stream()
              .sorted((a, b) -> Double.compare(confusion.recall(a), confusion.recall(b)))
              .limit(SCREEN)
              .toList();
      out.printf(
          "the %d classes with the lowest recall, of %d (all: --json)%n", SCREEN, present.size());
    }
    Table table =
        new Table(List.of("CLASS", "IMAGES", "RECALL", "95 %", "ANSWERS", "PRECISION", "95 %"));
    for (int index : shown) {
      Optional<Proportion> recall = confusion.recallOf(index);
      Optional<Proportion> precision = confusion.precisionOf(index);
      table.add(
          List.of(
              labels.get(index),
              Integer.toString(confusion.images(index)),
              percent(recall),
              ends(recall),
              Integer.toString(confusion.answers(index)),
              percent(precision),
              ends(precision)));
    }
    table.print(out);
  }

  private static String percent(Optional<Proportion> share) {
    return share
        .map(found -> String.format(Locale.ROOT, "%.2f %%", 100 * found.value()))
        .orElse("");
  }

  private static String ends(Optional<Proportion> share) {
    return share
        .map(
            found ->
                String.format(
                    Locale.ROOT, "%.1f to %.1f %%", 100 * found.low(), 100 * found.high()))
        .orElse("");
  }

  private void printConfusion(ConfusionMatrix confusion) {
    List<String> headings = new ArrayList<>(List.of("CLASS \\ ANSWER"));
    headings.addAll(labels.names());
    Table table = new Table(headings);
    for (int truth = 0; truth < labels.size(); truth++) {
      List<String> row = new ArrayList<>(List.of(labels.get(truth)));
      for (int answer = 0; answer < labels.size(); answer++) {
        row.add(Integer.toString(confusion.count(truth, answer)));
      }
      table.add(row);
    }
    table.print(out);
  }
}
