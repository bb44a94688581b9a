package dev.millrace.service.command.help;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

  private static final List<String> KNOWN =
      List.of("serve", "send", "tail", "train", "models", "--model", "--mean", "--max-in-flight");

  @ParameterizedTest
  @CsvSource({
    "srve, serve",
    "sevre, serve",
    "trian, train",
    "modles, models",
    "Models, models",
    "MODELS, models",
    "--modle, --model",
    "-model, --model",
    "--max-inflight, --max-in-flight"
  })
  void typingMistake_findsTheWord(String word, String expected) {
    assertThat(Suggestions.text(word, KNOWN)).isEqualTo(", did you mean '" + expected + "'?");
  }

  @Test
  void twoWordsAsNear_areBothSuggested() {
    assertThat(Suggestions.text("tain", KNOWN)).isEqualTo(", did you mean 'tail' or 'train'?");
  }

  @Test
  void threeWordsAsNear_areCutToTwo() {
    assertThat(Suggestions.text("a", List.of("ab", "ac", "ad")))
        .isEqualTo(", did you mean 'ab' or 'ac'?");
  }

  @ParameterizedTest
  @CsvSource({"frobnicate", "x", "sabce", "--frobnicate", "--"})
  void otherWord_findsNothing(String word) {
    assertThat(Suggestions.text(word, KNOWN)).isEmpty();
  }
}
