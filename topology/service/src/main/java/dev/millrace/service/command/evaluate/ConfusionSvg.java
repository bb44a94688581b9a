package dev.millrace.service.command.evaluate;

import dev.millrace.core.evaluation.ConfusionMatrix;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.model.Labels;
import java.util.Locale;

/**
 * Draws a confusion matrix as an SVG picture: a row for each class, a column for each answer, and
 * darker cells for larger shares of the row's images. The picture shows the names of up to {@value
 * #MOST_NAMED} classes.
 */
final class ConfusionSvg {

  private static final int MOST_NAMED = 100;
  private static final int MOST_CHARACTERS = 24;
  private static final int MARGIN = 160;
  private static final int CELL = 20;

  /** Side of a picture of many classes, in pixels without the margins. */
  private static final int LARGEST = 2000;

  private ConfusionSvg() {}

  /** {@return the picture; equal matrices give equal pictures} */
  static String of(ConfusionMatrix confusion, Labels labels) {
    int classes = confusion.classes();
    double cell = classes <= MOST_NAMED ? CELL : (double) LARGEST / classes;
    double side = MARGIN + classes * cell + 10;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$.1f %1$.1f\""
                + " font-family=\"sans-serif\" font-size=\"11\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
                + "<text x=\"8\" y=\"16\">rows: class, columns: answer</text>%n",
            side));
    for (int truth = 0; truth < classes; truth++) {
      if (classes <= MOST_NAMED) {
        name(svg, truth, labels.get(truth));
      }
      for (int answer = 0; answer < classes; answer++) {
        int count = confusion.count(truth, answer);
        if (count > 0) {
          cell(svg, truth, answer, cell, count, confusion.images(truth), labels);
        }
      }
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%1$d\" y=\"%1$d\" width=\"%2$.1f\" height=\"%2$.1f\" fill=\"none\""
                + " stroke=\"#888\"/>%n</svg>%n",
            MARGIN,
            classes * cell));
    return svg.toString();
  }

  private static void name(StringBuilder svg, int index, String label) {
    double middle = MARGIN + index * CELL + CELL * 0.7;
    String text = escaped(shortened(label));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
            MARGIN - 4,
            middle,
            text));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(%.1f %d) rotate(-90)\">%s</text>%n",
            middle,
            MARGIN - 4,
            text));
  }

  private static void cell(
      StringBuilder svg, int truth, int answer, double cell, int count, int images, Labels labels) {
    Proportion share = Proportion.of(count, images);
    String color = truth == answer ? "#1a7f37" : "#cf222e";
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\""
                + " fill-opacity=\"%.3f\"><title>%s as %s: %d of %d images, %s</title></rect>%n",
            MARGIN + answer * cell,
            MARGIN + truth * cell,
            cell,
            cell,
            color,
            0.15 + 0.85 * share.value(),
            escaped(labels.get(truth)),
            escaped(labels.get(answer)),
            count,
            images,
            FiguresText.share(share)));
    if (labels.size() <= MOST_NAMED) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"8\">%d</text>%n",
              MARGIN + (answer + 0.5) * cell,
              MARGIN + (truth + 0.65) * cell,
              count));
    }
  }

  /** Shortens a label. Half of a surrogate pair, for example of an emoji, could not be written. */
  private static String shortened(String label) {
    return label.codePointCount(0, label.length()) > MOST_CHARACTERS
        ? label.substring(0, label.offsetByCodePoints(0, MOST_CHARACTERS - 1)) + "…"
        : label;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
