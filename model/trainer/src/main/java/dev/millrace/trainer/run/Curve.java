package dev.millrace.trainer.run;

import dev.millrace.core.training.EpochReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws a chart as SVG: loss and accuracy by epoch, for the training images and the gate's held-out
 * images.
 */
final class Curve {

  private static final int WIDTH = 360;
  private static final int HEIGHT = 220;
  private static final int MARGIN = 48;
  private static final String TRAINING = "#1f77b4";
  private static final String HELD_OUT = "#d62728";

  private final List<EpochReport> epochs;
  private final StringBuilder svg = new StringBuilder();

  private Curve(List<EpochReport> epochs) {
    this.epochs = epochs;
  }

  /**
   * Draws a run.
   *
   * @param title the picture's title
   * @param epochs the reports of the finished epochs, at least one
   */
  static String of(String title, List<EpochReport> epochs) {
    Curve curve = new Curve(epochs);
    int width = 2 * (WIDTH + 2 * MARGIN);
    int height = HEIGHT + 2 * MARGIN + 16;
    curve.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\">",
        width, height);
    curve.add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", width, height);
    curve.add("<text x=\"%d\" y=\"18\" font-size=\"14\">%s</text>", MARGIN, escaped(title));
    double top =
        epochs.stream().mapToDouble(e -> Math.max(e.loss(), e.heldOutLoss())).max().orElseThrow();
    curve.plot(MARGIN, "loss, nats", top, EpochReport::loss, EpochReport::heldOutLoss);
    curve.plot(
        WIDTH + 3 * MARGIN,
        "accuracy, %",
        100,
        e -> 100 * e.accuracy(),
        e -> 100 * e.heldOutAccuracy());
    curve.legend(height - 10);
    curve.add("</svg>");
    return curve.svg.toString();
  }

  private void plot(
      int left,
      String name,
      double top,
      ToDoubleFunction<EpochReport> training,
      ToDoubleFunction<EpochReport> heldOut) {
    add("<text x=\"%d\" y=\"%d\">%s</text>", left, MARGIN - 8, name);
    for (int i = 0; i <= 4; i++) {
      double y = MARGIN + HEIGHT * (1 - i / 4.0);
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
          left, y, left + WIDTH, y);
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          left - 6, y + 4, String.format(Locale.ROOT, top < 10 ? "%.2f" : "%.0f", top * i / 4));
    }
    add("<text x=\"%d\" y=\"%d\">1</text>", left, MARGIN + HEIGHT + 16);
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">epoch %d</text>",
        left + WIDTH, MARGIN + HEIGHT + 16, epochs.size());
    line(left, top, training, TRAINING);
    line(left, top, heldOut, HELD_OUT);
  }

  private void line(int left, double top, ToDoubleFunction<EpochReport> value, String colour) {
    double step = (double) WIDTH / Math.max(1, epochs.size() - 1);
    String points =
        IntStream.range(0, epochs.size())
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        left + i * step,
                        MARGIN + HEIGHT * (1 - value.applyAsDouble(epochs.get(i)) / top)))
            .collect(Collectors.joining(" "));
    add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", points, colour);
    String[] last = points.substring(points.lastIndexOf(' ') + 1).split(",", -1);
    add("<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>", last[0], last[1], colour);
  }

  private void legend(int y) {
    add("<text x=\"%d\" y=\"%d\" fill=\"%s\">trained on</text>", MARGIN, y, TRAINING);
    add("<text x=\"%d\" y=\"%d\" fill=\"%s\">held out</text>", MARGIN + 90, y, HELD_OUT);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
