package dev.millrace.service.command.evaluate;

import dev.millrace.core.evaluation.ConfusionMatrix;
import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Labels;
import dev.millrace.service.command.output.Json;
import dev.millrace.service.command.output.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Prints the measures of a version.
 *
 * @param measured the measures
 */
record EvaluationReport(Measured measured) {

  /** A confusion matrix of more classes does not fit on a screen. */
  private static final int SCREEN = 20;

  /** {@return the measures as one line of JSON; a value that does not exist is null} */
  String json() {
    Evaluation evaluation = measured.evaluation();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", measured.version().name());
    json.put("version", measured.version().version());
    json.put("sha256", measured.version().sha256());
    json.put("n", evaluation.n());
    json.put("refused", measured.refused());
    json.put("top1", evaluation.top1());
    json.put("top5", evaluation.top5());
    json.put("balanced", evaluation.confusion().balancedAccuracy());
    json.put("perClass", perClass());
    json.put("confusion", evaluation.confusion().rows());
    json.put("ece", evaluation.calibrationError());
    json.put("imagesPerSecond", measured.imagesPerSecond());
    return Json.line(json);
  }

  private List<Map<String, Object>> perClass() {
    ConfusionMatrix confusion = measured.evaluation().confusion();
    Labels labels = measured.version().labels();
    List<Map<String, Object>> classes = new ArrayList<>();
    for (int index = 0; index < labels.size(); index++) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("index", index);
      one.put("label", labels.get(index));
      one.put("n", confusion.images(index));
      one.put("recall", orNull(confusion.recall(index)));
      one.put("precision", orNull(confusion.precision(index)));
      classes.add(one);
    }
    return classes;
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /** Prints the measures as text. Of many classes, prints the ones with the lowest recall. */
  void print(PrintWriter out) {
    Evaluation evaluation = measured.evaluation();
    out.printf(
        Locale.ROOT,
        "%s on %d images%s%n",
        measured.version(),
        evaluation.n(),
        measured.refused() == 0 ? "" : "; " + measured.refused() + " could not be read");
    line(out, "top-1", share(evaluation.top1()));
    line(out, "top-5", share(evaluation.top5()));
    line(out, "balanced accuracy", percent(evaluation.confusion().balancedAccuracy()));
    line(
        out,
        "calibration error",
        String.format(Locale.ROOT, "%.4f (expected, 15 bins)", evaluation.calibrationError()));
    line(
        out,
        "images per second",
        String.format(Locale.ROOT, "%.1f (decoding included)", measured.imagesPerSecond()));
    out.println();
    printClasses(out);
    if (evaluation.confusion().classes() <= SCREEN) {
      out.println();
      printConfusion(out);
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("  %-18s %s%n", name, value);
  }

  /** {@return a share with its interval, for example {@code 91.50 % (95 % interval: …)}} */
  static String share(Proportion share) {
    return String.format(
        Locale.ROOT,
        "%.2f %% (95 %% interval: %.2f to %.2f %%)",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private void printClasses(PrintWriter out) {
    ConfusionMatrix confusion = measured.evaluation().confusion();
    Labels labels = measured.version().labels();
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
    Table table = new Table(List.of("CLASS", "IMAGES", "RECALL", "PRECISION"));
    for (int index : shown) {
      table.add(
          List.of(
              labels.get(index),
              Integer.toString(confusion.images(index)),
              percent(confusion.recall(index)),
              percent(confusion.precision(index))));
    }
    table.print(out);
  }

  private void printConfusion(PrintWriter out) {
    ConfusionMatrix confusion = measured.evaluation().confusion();
    Labels labels = measured.version().labels();
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
