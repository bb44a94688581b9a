package dev.millrace.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tench\ngreat white shark\nRüde\n",
        "tench\ngreat white shark\nRüde",
        "tench\r\ngreat white shark\r\nRüde\r\n",
        "tench\rgreat white shark\rRüde",
        "  tench\t\n\tgreat white shark \n Rüde \n",
        "tench\ngreat white shark\nRüde\n\n  \n\r\n",
        "\uFEFFtench\ngreat white shark\nRüde\n",
      })
  void labels_oneALine_areRead(String text) throws IOException {
    Labels labels = Labels.read(file(text));

    assertThat(labels.names()).containsExactly("tench", "great white shark", "Rüde");
    assertThat(labels.size()).isEqualTo(3);
    assertThat(labels.get(1)).isEqualTo("great white shark");
  }

  @Test
  void labels_thatRepeat_areKept() throws IOException {
    // ImageNet's own list names two classes "crane" and two "maillot".
    assertThat(Labels.read(file("crane\nmaillot\ncrane\n")).names())
        .containsExactly("crane", "maillot", "crane");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat\n\ndog\n", "cat\n \t\ndog", "cat\r\n\r\ndog\r\n"})
  void labels_withABlankLineBetween_areRefused(String text) throws IOException {
    assertUnreadable(file(text), "labels: the name of class 1 is blank; name each class");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ncat\ndog\n", " \r\ncat", "\uFEFF\ncat\n"})
  void labels_withABlankLineBefore_areRefused(String text) throws IOException {
    assertUnreadable(file(text), "labels: the name of class 0 is blank; name each class");
  }

  @ParameterizedTest
  @ValueSource(strings = {"do\tg", "do\u0000g", "\u001b[31mdog", "do\u007fg", "do\u0085g"})
  void labels_withAControlCharacter_areRefusedNamingTheLine(String name) throws IOException {
    assertUnreadable(
        file("cat\n" + name + "\ncow\n"),
        "labels: the name of class 1 (line 2) holds the control character U+00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "do\tg", "do\ng", "do\u0085g"})
  void name_thatNoClassMayHave_isInvalid(String name) {
    assertThat(Labels.isValid(name)).isFalse();
    assertThatThrownBy(() -> new Labels(List.of(name)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void name_ofAThousandCharacters_isTheLongestValidOne() {
    assertThat(Labels.isValid("Rüde " + "d".repeat(995))).isTrue();
    assertThat(Labels.isValid("d".repeat(1_001))).isFalse();
  }

  @Test
  void labels_ofAThousandCharacters_areTheLongest() throws IOException {
    assertThat(Labels.read(file("cat\n" + "d".repeat(1_000))).get(1)).hasSize(1_000);

    assertUnreadable(
        file("cat\n" + "d".repeat(1_001)),
        "labels: the name of class 1 (line 2) has 1,001 characters; give it 1,000 or fewer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \t\r\n\n", "\uFEFF"})
  void labels_ofAFileWithoutAny_areRefused(String text) throws IOException {
    assertUnreadable(file(text), "labels: the list is empty; name each class");
  }

  @Test
  void labels_thatAreNotUtf8_areRefused() throws IOException {
    Path file = folder.resolve("labels.txt");
    for (byte[] bytes :
        List.of(
            "Rüde\n".getBytes(StandardCharsets.ISO_8859_1),
            "\uFEFFcat\ndog\n".getBytes(StandardCharsets.UTF_16LE))) {
      Files.write(file, bytes);

      assertUnreadable(file, "is not UTF-8 text; save it as UTF-8");
    }
  }

  @Test
  void labels_ofAMissingFile_sayWhatAFileHolds() {
    assertUnreadable(folder.resolve("absent.txt"), "a labels file is text with one class per line");
    assertUnreadable(folder, "a labels file is text with one class per line");
  }

  @Test
  void names_madeInCode_areChecked() {
    assertRefused(List.of(), "labels: the list is empty; name each class");
    assertRefused(
        Arrays.asList("cat", null), "labels: the name of class 1 is blank; name each class");
    for (String name : List.of("a\nb", "a\rb", "a\n")) {
      assertRefused(
          List.of(name), "labels: the name of class 0 has more than one line; give it one");
    }
  }

  @Test
  void names_changedByTheirGiver_stayAsTheyWere() {
    List<String> names = new ArrayList<>(List.of("cat", "dog"));
    Labels labels = new Labels(names);

    names.set(0, "cow");

    assertThat(labels.names()).containsExactly("cat", "dog");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("labels.txt"), text);
  }

  private static void assertUnreadable(Path file, String problem) {
    assertThatThrownBy(() -> Labels.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), problem)
        .message()
        .hasLineCount(1);
  }

  private static void assertRefused(List<String> names, String message) {
    assertThatThrownBy(() -> new Labels(names))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
