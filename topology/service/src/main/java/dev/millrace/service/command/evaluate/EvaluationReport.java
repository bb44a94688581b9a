package dev.millrace.service.command.evaluate;

import dev.millrace.core.evaluation.ConfusionMatrix;
import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.evaluation.Interval;
import dev.millrace.core.model.Labels;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the measures of a version.
 *
 * @param measured the measures
 */
record EvaluationReport(Measured measured) {

  /** {@return the measures as one line of JSON; a value that does not exist is null} */
  String json() {
    Evaluation evaluation = measured.evaluation();
    Figures figures = evaluation.figures();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", measured.version().name());
    json.put("version", measured.version().version());
    json.put("sha256", measured.version().sha256());
    json.put("n", evaluation.n());
    json.put("refused", measured.refused());
    json.put("top1", figures.top1());
    json.put("top5", figures.top5());
    json.put("balanced", figures.balanced().value());
    json.put("balancedInterval", ends(figures.balanced()));
    json.put("logLoss", figures.logLoss());
    json.put("perClass", perClass());
    json.put("confusion", evaluation.confusion().rows());
    json.put("ece", figures.ece().value());
    json.put("eceInterval", ends(figures.ece()));
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
      one.put("recallInterval", ends(confusion.recallOf(index).orElse(null)));
      one.put("answers", confusion.answers(index));
      one.put("precision", orNull(confusion.precision(index)));
      one.put("precisionInterval", ends(confusion.precisionOf(index).orElse(null)));
      classes.add(one);
    }
    return classes;
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static Map<String, Double> ends(Interval interval) {
    return interval == null ? null : Map.of("low", interval.low(), "high", interval.high());
  }

  /**
   * Prints the measures as text. If there are many classes, prints only the classes with the lowest
   * recall.
   */
  void print(PrintWriter out) {
    Figures figures = measured.evaluation().figures();
    FiguresText text = new FiguresText(out, measured.version().labels());
    out.printf(
        Locale.ROOT,
        "%s on %d images%s%n",
        measured.version(),
        figures.n(),
        measured.refused() == 0 ? "" : "; " + measured.refused() + " could not be read");
    text.printOverall(figures);
    text.line(
        "images per second",
        String.format(Locale.ROOT, "%.1f (decoding included)", measured.imagesPerSecond()));
    text.printClasses(figures);
  }
}
