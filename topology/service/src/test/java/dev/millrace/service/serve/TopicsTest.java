package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicsTest {

  @ParameterizedTest
  @CsvSource({"a,a,b", "a,b,a", "b,a,a"})
  void topics_mustDiffer(String input, String output, String deadLetters) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Topics(input, output, deadLetters))
        .withMessageEndingWith("must be different topics");
  }

  @Test
  void inputs_mustDiffer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topics.of(List.of("a", "b", "a"), "out"))
        .withMessageEndingWith("must be different topics");
  }

  @Test
  void deadLetters_areThoseOfTheFirstInput() {
    Topics topics = Topics.of(List.of("a", "b"), "out");

    assertThat(topics.deadLetters()).isEqualTo("a.dead-letters");
    assertThat(topics.inputText()).isEqualTo("a,b");
    assertThat(topics.isInput("b")).isTrue();
    assertThat(topics.isInput("a.dead-letters")).isFalse();
  }

  @Test
  void pattern_matchesWholeNames() {
    Topics topics = pattern("cam-\\d+");

    assertThat(topics.isInput("cam-12")).isTrue();
    assertThat(topics.isInput("cam-12.dead-letters")).isFalse();
    assertThat(topics.inputText()).isEqualTo("/cam-\\d+/");
  }

  @Test
  void inputs_areGivenByNameOrByPattern() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Topics(List.of("a"), "b.*", "out", "dead"))
        .withMessageEndingWith("give one of them");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Topics(List.of(), null, "out", "dead"))
        .withMessageEndingWith("give one of them");
  }

  @ParameterizedTest
  @CsvSource({"o.*,out", "d.*,dead", ".*status,millrace.models.status", "mill.*s,millrace.models"})
  void pattern_matchesNoTopicOfOurs(String pattern, String ours) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pattern(pattern))
        .withMessageContaining("matches " + ours + ", which holds no images");
  }

  @Test
  void pattern_isARegularExpression() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pattern("cam-("))
        .withMessageContaining("input-pattern: cam-( is not a regular expression");
  }

  private static Topics pattern(String pattern) {
    return new Topics(List.of(), pattern, "out", "dead");
  }
}
