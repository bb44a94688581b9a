package dev.millrace.trainer.run;

import dev.millrace.core.evaluation.Interval;
import dev.millrace.core.training.EpochReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws a chart as SVG: loss and accuracy by epoch, for the training images and the gate's held-out
 * images. Bands show the 95 % confidence intervals.
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
    curve.plot(
        MARGIN,
        "loss, nats",
        top,
        1,
        new Line(EpochReport::loss, e -> null),
        new Line(
            EpochReport::heldOutLoss, e -> e.heldOut() == null ? null : e.heldOut().logLoss()));
    curve.plot(
        WIDTH + 3 * MARGIN,
        "accuracy, %",
        100,
        100,
        new Line(EpochReport::accuracy, e -> e.trained().orElse(null)),
        new Line(
            EpochReport::heldOutAccuracy, e -> e.heldOut() == null ? null : e.heldOut().top1()));
    curve.legend(height - 10);
    curve.add("</svg>");
    return curve.svg.toString();
  }

  /**
   * A line of a chart.
   *
   * @param value the line's value in an epoch
   * @param interval the value's interval, or null if it is not known
   */
  private record Line(
      ToDoubleFunction<EpochReport> value, Function<EpochReport, Interval> interval) {}

  private void plot(int left, String name, double top, double unit, Line training, Line heldOut) {
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
    line(left, top / unit, training, TRAINING);
    line(left, top / unit, heldOut, HELD_OUT);
    text(left, 0, unit, training, TRAINING);
    text(left, 1, unit, heldOut, HELD_OUT);
  }

  /** Writes the value of the last epoch with its interval. */
  private void text(int left, int row, double unit, Line line, String colour) {
    EpochReport last = epochs.get(epochs.size() - 1);
    Interval interval = line.interval().apply(last);
    String format = unit == 1 ? "%.3f" : "%.2f";
    String value = String.format(Locale.ROOT, format, unit * line.value().applyAsDouble(last));
    String ends =
        interval == null
            ? ""
            : String.format(
                Locale.ROOT,
                " (" + format + " to " + format + ")",
                unit * interval.low(),
                unit * interval.high());
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"%s\">%s%s</text>",
        left + WIDTH, MARGIN - 20 + 14 * row, colour, value, ends);
  }

  private void line(int left, double top, Line line, String colour) {
    band(left, top, line.interval(), colour);
    String points =
        IntStream.range(0, epochs.size())
            .mapToObj(i -> point(left, i, line.value().applyAsDouble(epochs.get(i)) / top))
            .collect(Collectors.joining(" "));
    add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", points, colour);
    String[] last = points.substring(points.lastIndexOf(' ') + 1).split(",", -1);
    add("<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>", last[0], last[1], colour);
  }

  /** Draws the intervals of all epochs, if they are known. */
  private void band(int left, double top, Function<EpochReport, Interval> interval, String colour) {
    List<Interval> intervals = new ArrayList<>();
    epochs.forEach(epoch -> intervals.add(interval.apply(epoch)));
    if (intervals.contains(null)) {
      return;
    }
    StringJoiner points = new StringJoiner(" ");
    for (int i = 0; i < intervals.size(); i++) {
      points.add(point(left, i, intervals.get(i).high() / top));
    }
    for (int i = intervals.size() - 1; i >= 0; i--) {
      points.add(point(left, i, intervals.get(i).low() / top));
    }
    add("<polygon points=\"%s\" fill=\"%s\" fill-opacity=\"0.15\"/>", points, colour);
  }

  /** {@return a point of a chart; a height above 1 is drawn as 1} */
  private String point(int left, int epoch, double height) {
    double step = (double) WIDTH / Math.max(1, epochs.size() - 1);
    return String.format(
        Locale.ROOT, "%.1f,%.1f", left + epoch * step, MARGIN + HEIGHT * (1 - Math.min(1, height)));
  }

  private void legend(int y) {
    EpochReport last = epochs.get(epochs.size() - 1);
    add(
        "<text x=\"%d\" y=\"%d\" fill=\"%s\">trained on%s</text>",
        MARGIN, y, TRAINING, images(last.images()));
    add(
        "<text x=\"%d\" y=\"%d\" fill=\"%s\">held out%s</text>",
        MARGIN + 170, y, HELD_OUT, images(last.heldOut() == null ? 0 : last.heldOut().n()));
    add(
        "<text x=\"%d\" y=\"%d\">in parentheses and as bands: 95 %% confidence intervals</text>",
        MARGIN + 340, y);
  }

  private static String images(int n) {
    return n == 0 ? "" : String.format(Locale.ROOT, ", %,d images", n);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
