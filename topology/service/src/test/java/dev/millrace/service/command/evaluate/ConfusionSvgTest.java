package dev.millrace.service.command.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionSvgTest {

  private static String svg(String... labels) {
    Evaluation evaluation = new Evaluation(labels.length);
    for (int i = 0; i < labels.length; i++) {
      float[] probabilities = new float[labels.length];
      probabilities[i] = 1;
      var unused = evaluation.add(i, probabilities);
    }
    return ConfusionSvg.of(evaluation.confusion(), new Labels(List.of(labels)));
  }

  /** The emoji, two Java characters, is at the place where a long name is cut off. */
  @Test
  void longName_isCutOffBetweenTwoCharacters() {
    String emoji = "\uD83D\uDC31";
    String svg = svg("c".repeat(22) + emoji + "at", "dog");

    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(svg)).isTrue();
    assertThat(svg).contains(">" + "c".repeat(22) + emoji + "…</text>");
  }

  @Test
  void nameOf24Characters_isWhole_andEscaped() {
    assertThat(svg("<" + "c".repeat(22) + "&", "dog"))
        .contains(">&lt;" + "c".repeat(22) + "&amp;</text>");
  }
}
