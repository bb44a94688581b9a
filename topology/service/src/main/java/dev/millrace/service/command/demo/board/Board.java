package dev.millrace.service.command.demo.board;

import dev.millrace.service.command.demo.board.Events.Kind;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.VersionScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * The content of the live screen: the versions with their accuracy, a chart of the accuracy over
 * time, the throughput, the last images, and the events. Needs at least {@value #LEAST_COLUMNS}
 * columns and {@value #LEAST_ROWS} rows. Used by one thread at a time. All times are in seconds
 * since the start of the demo.
 */
public final class Board {

  /** Smallest width, in cells, of a terminal that can show a board. */
  public static final int LEAST_COLUMNS = 80;

  /** Smallest height, in cells, of a terminal that can show a board. */
  public static final int LEAST_ROWS = 24;

  /** Side of Fashion-MNIST's images, in pixels. A large terminal shows every pixel. */
  private static final int SIDE = 28;

  private static final int VERSIONS_COLUMNS = 36;
  private static final int GAP = 3;

  /**
   * Number of lines for the title, the throughput, and the headings of the images and the events.
   */
  private static final int SINGLE_LINES = 4;

  private final VersionScores scores;
  private final AccuracyHistory history = new AccuracyHistory();
  private final Throughput throughput = new Throughput();
  private final Gallery gallery = new Gallery();
  private final Events events = new Events();
  private String trainer = "";
  private int serving;

  /**
   * Creates a board on which nothing has happened yet.
   *
   * @param scores receives the predictions
   */
  public Board(VersionScores scores) {
    this.scores = scores;
  }

  /**
   * Counts and shows a prediction.
   *
   * @param version number of the version that made the prediction
   * @param label the predicted class
   * @param image the image that was classified
   * @param seconds time since the start of the demo, in s
   */
  public void prediction(int version, String label, DemoImage image, double seconds) {
    boolean correct = label.equals(image.label());
    if (scores.add(version, correct)) {
      history.change(version, seconds);
      serving = Math.max(serving, version);
      event("version " + version + " serves", seconds);
    }
    history.add(correct, seconds);
    throughput.add(seconds);
    gallery.add(image.encoded(), label, correct);
  }

  /**
   * Shows an event until newer events push it off the screen.
   *
   * @param text one line
   * @param seconds time since the start of the demo, in s
   */
  public void event(String text, double seconds) {
    events.add(seconds, text, Kind.PASSING);
  }

  /**
   * Shows a log line among the events.
   *
   * @param text one line
   * @param seconds time since the start of the demo, in s
   */
  public void warning(String text, double seconds) {
    events.add(seconds, text, Kind.WARNING);
  }

  /**
   * Shows an event that stays longer than the others.
   *
   * @param text one line
   * @param seconds time since the start of the demo, in s
   */
  public void pin(String text, double seconds) {
    events.add(seconds, text, Kind.PINNED);
  }

  /**
   * Shows the current state of the trainer.
   *
   * @param text one line
   */
  public void trainer(String text) {
    trainer = text;
  }

  /**
   * Draws the board.
   *
   * @param columns width of the terminal, in cells
   * @param rows height of the terminal, in cells
   * @param seconds time since the start of the demo, in s
   * @return the lines; there are {@code rows} of them, and each has at most {@code columns} cells
   */
  public List<AttributedString> draw(int columns, int rows, double seconds) {
    int pictureRows = columns >= 5 * (SIDE + 2) && rows >= 2 * LEAST_ROWS - 8 ? SIDE / 2 : SIDE / 4;
    int chartRows = Math.max(8, Math.min(16, (rows - SINGLE_LINES - pictureRows) / 2));
    List<AttributedString> lines = new ArrayList<>();
    lines.add(title(columns, seconds));
    List<AttributedString> left = versions(chartRows);
    List<AttributedString> right =
        AccuracyChart.draw(history, columns - VERSIONS_COLUMNS - GAP, chartRows, seconds);
    for (int row = 0; row < chartRows; row++) {
      lines.add(beside(left.get(row), right.get(row)));
    }
    lines.add(status(seconds));
    lines.add(new AttributedString("last images", Look.STRONG));
    lines.addAll(gallery.draw(columns, pictureRows + 1, seconds));
    lines.add(new AttributedString("events", Look.STRONG));
    for (Events.Event event : events.latest(rows - lines.size())) {
      lines.add(line(event, columns));
    }
    while (lines.size() < rows) {
      lines.add(AttributedString.EMPTY);
    }
    return lines.stream().limit(rows).map(line -> line.columnSubSequence(0, columns)).toList();
  }

  private static AttributedString title(int columns, double seconds) {
    String end = Text.clock(seconds) + "   q ends the demo ";
    String name = " Millrace: Fashion-MNIST through Kafka";
    return new AttributedString(Text.padded(name, columns - end.length()) + end, Look.TITLE);
  }

  private List<AttributedString> versions(int rows) {
    List<AttributedString> lines = new ArrayList<>();
    lines.add(
        new AttributedString(
            Text.padded("version  right (95 % interval)", VERSIONS_COLUMNS - 2) + "of",
            Look.STRONG));
    List<VersionScores.Score> all = scores.all();
    for (VersionScores.Score score : all.subList(Math.max(0, all.size() - rows + 1), all.size())) {
      boolean serves = score.version() == serving;
      AttributedStyle style = serves ? Look.STRONG : Look.PLAIN;
      lines.add(
          new AttributedStringBuilder()
              .append(serves ? "▶" : " ", Look.GOOD)
              .append(
                  String.format(
                      Locale.ROOT,
                      "%4d  %-23s%,6d",
                      score.version(),
                      score.share().inPercent(),
                      score.all()),
                  style)
              .toAttributedString());
    }
    while (lines.size() < rows) {
      lines.add(AttributedString.EMPTY);
    }
    return lines;
  }

  private static AttributedString beside(AttributedString left, AttributedString right) {
    return new AttributedStringBuilder()
        .append(left)
        .append(" ".repeat(VERSIONS_COLUMNS + GAP - left.columnLength()))
        .append(right)
        .toAttributedString();
  }

  private AttributedString status(double seconds) {
    AttributedStringBuilder line =
        new AttributedStringBuilder()
            .append(
                String.format(Locale.ROOT, "%.1f images/s", throughput.perSecond(seconds)),
                Look.STRONG)
            .append(
                String.format(
                    Locale.ROOT, "   %,d predictions, %,d right", scores.count(), scores.right()));
    return trainer.isEmpty()
        ? line.toAttributedString()
        : line.append("   trainer: ", Look.FAINT).append(trainer).toAttributedString();
  }

  private static AttributedString line(Events.Event event, int columns) {
    AttributedStyle style =
        switch (event.kind()) {
          case PINNED -> Look.GOOD;
          case WARNING -> Look.WARNING;
          case PASSING -> Look.PLAIN;
        };
    String time = String.format(Locale.ROOT, "%6s  ", Text.clock(event.seconds()));
    return new AttributedStringBuilder()
        .append(time, Look.FAINT)
        .append(Text.fit(event.text(), columns - time.length()), style)
        .toAttributedString();
  }
}
