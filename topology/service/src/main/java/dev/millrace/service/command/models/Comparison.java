package dev.millrace.service.command.models;

import dev.millrace.core.evaluation.McNemar;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.evaluate.Measured;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Two versions that classified the same images.
 *
 * @param a the first version
 * @param b the second version
 * @param n number of images that both versions classified
 * @param refused number of images that at least one of the versions could not classify
 * @param correctOfA number of images that A classifies correctly
 * @param correctOfB number of images that B classifies correctly
 * @param onlyA number of images that only A classifies correctly
 * @param onlyB number of images that only B classifies correctly
 */
record Comparison(
    ModelVersion a,
    ModelVersion b,
    int n,
    int refused,
    int correctOfA,
    int correctOfB,
    int onlyA,
    int onlyB) {

  static Comparison of(Measured a, Measured b) {
    int n = 0;
    int both = 0;
    int onlyA = 0;
    int onlyB = 0;
    for (Map.Entry<Path, Boolean> image : a.correct().entrySet()) {
      Boolean ofB = b.correct().get(image.getKey());
      if (ofB != null) {
        n++;
        both += image.getValue() && ofB ? 1 : 0;
        onlyA += image.getValue() && !ofB ? 1 : 0;
        onlyB += !image.getValue() && ofB ? 1 : 0;
      }
    }
    return new Comparison(
        a.version(),
        b.version(),
        n,
        a.refused() + b.refused(),
        both + onlyA,
        both + onlyB,
        onlyA,
        onlyB);
  }

  /** {@return the p-value of McNemar's exact two-sided test} */
  double p() {
    return McNemar.twoSided(onlyA, onlyB);
  }

  String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", n);
    json.put("refused", refused);
    json.put("a", side(a, correctOfA, onlyA));
    json.put("b", side(b, correctOfB, onlyB));
    json.put("p", p());
    return Json.line(json);
  }

  private Map<String, Object> side(ModelVersion version, int correct, int only) {
    Map<String, Object> side = new LinkedHashMap<>();
    side.put("model", version.name());
    side.put("version", version.version());
    side.put("sha256", version.sha256());
    side.put("top1", Proportion.of(correct, n));
    side.put("onlyCorrect", only);
    return side;
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT, "%d images%s%n", n, refused == 0 ? "" : "; " + refused + " could not be read");
    print(out, a, correctOfA, onlyA);
    print(out, b, correctOfB, onlyB);
    out.printf(
        Locale.ROOT,
        "B - A: %+.2f points, p %.3g by McNemar's exact test%n",
        100.0 * (correctOfB - correctOfA) / n,
        p());
  }

  private void print(PrintWriter out, ModelVersion version, int correct, int only) {
    Proportion share = Proportion.of(correct, n);
    out.printf(
        Locale.ROOT,
        "  %s: top-1 %.2f %% (95 %% interval: %.2f to %.2f %%), %d that the other gets wrong%n",
        version,
        100 * share.value(),
        100 * share.low(),
        100 * share.high(),
        only);
  }
}
