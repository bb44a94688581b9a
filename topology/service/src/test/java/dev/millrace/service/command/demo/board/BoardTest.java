package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.VersionScores;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what the live screen shows and where. */
class BoardTest {

  private static final List<DemoImage> IMAGES = FashionMnist.read().subList(0, 40);

  private final VersionScores scores = new VersionScores();
  private final Board board = new Board(scores);

  /**
   * Shows predictions of two versions. Every second prediction of version 1 is right. Every
   * prediction of version 2 is right.
   */
  @BeforeEach
  void predict() {
    board.event("the broker is at localhost:9092", 1);
    for (int i = 0; i < 40; i++) {
      DemoImage image = IMAGES.get(i);
      boolean right = i >= 20 || i % 2 == 0;
      board.prediction(i < 20 ? 1 : 2, right ? image.label() : "hat", image, 10 + i / 10.0);
    }
    board.pin("version 2 promoted, +50.0 points", 12);
  }

  @ParameterizedTest
  @CsvSource({"80, 24", "81, 25", "100, 30", "160, 50", "300, 90"})
  void board_fillsTheTerminal_andNotMore(int columns, int rows) {
    List<AttributedString> lines = board.draw(columns, rows, 15);

    assertThat(lines).hasSize(rows);
    assertThat(lines).allMatch(line -> line.columnLength() <= columns);
    assertThat(lines.get(0).columnLength()).isEqualTo(columns);
    assertThat(text(lines)).contains("version 2 promoted, +50.0 points", "✓", "▀");
  }

  @Test
  void versions_haveTheirAccuracy_andTheOneThatServesIsMarked() {
    String text = text(board.draw(80, 24, 15));

    assertThat(text).containsPattern(" +1 +50\\.0 % \\(29\\.9 to 70\\.1\\) +20 ");
    assertThat(text).containsPattern("▶ +2 +100\\.0 % \\(83\\.9 to 100\\.0\\) +20 ");
    assertThat(text).contains("40 predictions, 30 right");
  }

  @Test
  void chart_hasEachVersionWhereItBeganToServe() {
    String text = text(board.draw(80, 24, 15));

    assertThat(text).containsPattern("\n {45}v1 {12}v2");
    assertThat(text).contains("100 %┫");
    assertThat(text).containsPattern("[\u2801-\u28ff]");
  }

  @Test
  void pictures_areAsManyAsFit() {
    assertThat(board.draw(80, 24, 15)).filteredOn(BoardTest::isPicture).hasSize(7);
    assertThat(text(board.draw(80, 24, 15)).split("[✓✗] ", -1)).hasSize(1 + 5);
    assertThat(board.draw(160, 50, 15)).filteredOn(BoardTest::isPicture).hasSize(14);
    assertThat(text(board.draw(160, 50, 15)).split("[✓✗] ", -1)).hasSize(1 + 5);
  }

  @Test
  void labels_showTheNewestImageFirst() {
    List<AttributedString> lines = board.draw(80, 24, 15);
    String labels =
        lines.stream()
            .map(AttributedString::toString)
            .filter(line -> line.startsWith("✓"))
            .findFirst()
            .orElseThrow();

    assertThat(labels).startsWith("✓ " + IMAGES.get(39).label());
  }

  @Test
  void throughput_isThatOfTheLastSeconds() {
    assertThat(text(board.draw(80, 24, 13.95))).contains("10.0 images/s");
    assertThat(text(board.draw(80, 24, 60))).contains("0.0 images/s");
  }

  @Test
  void trainersStep_andLogLines_areShown() {
    board.trainer("epoch 3, loss 0.250");
    board.warning("12:00:00 WARN X: \u001b[2Jthe disk is slow", 14);

    assertThat(text(board.draw(80, 24, 15)))
        .contains("trainer: epoch 3, loss 0.250", "X: ?[2Jthe disk is slow");
  }

  @Test
  void emptyBoard_canBeDrawn() {
    assertThat(text(new Board(new VersionScores()).draw(80, 24, 0))).contains("0 predictions");
  }

  private static boolean isPicture(AttributedString line) {
    return line.toString().contains("▀");
  }

  private static String text(List<AttributedString> lines) {
    return String.join("\n", lines.stream().map(AttributedString::toString).toList());
  }
}
