package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicsTest {

  @ParameterizedTest
  @CsvSource({"a,a,b", "a,b,a", "b,a,a"})
  void topics_mustDiffer(String input, String output, String deadLetters) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Topics(input, output, deadLetters))
        .withMessageEndingWith("must be three topics");
  }
}
