package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFormatTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("config.pbtxt");
  }

  private TextMessage read(String text) throws IOException {
    return TextFormat.read(Files.writeString(file, text));
  }

  @Test
  void emptyFile_isAMessageWithoutFields() throws IOException {
    TextMessage message = read(" \n# nothing but this");

    assertThat(message.scalars()).isEmpty();
    assertThat(message.nested()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "input { dims: 3 dims: 2 dims: -1 }",
        "input{dims:3,dims:2;dims:-1;}",
        "input: { dims: [ 3, 2, -1 ] }",
        "input <dims: [3,2,-1]>",
        "input [ { dims: [ 0x3, 02, - 1 ] } ]",
        "input: [{dims:3}, {}] input[] input { dims # one by one\n : [ 2 #\n, -1\n] }",
      })
  void sameMessage_isReadFromEachWayOfWritingIt(String text) throws IOException {
    assertThat(
            read(text).messages("input").stream()
                .flatMap(input -> input.integers("dims").stream())
                .toList())
        .containsExactly(3L, 2L, -1L);
  }

  @Test
  void values_areWhatTheyAreAskedForAs() throws IOException {
    TextMessage message =
        read("max_batch_size : 8\nplatform: 'onnxruntime_onnx'\nkind: KIND_GPU, f: 1.5e-3f g: .5");

    assertThat(message.integer("max_batch_size")).hasValue(8);
    assertThat(message.string("platform")).hasValue("onnxruntime_onnx");
    assertThat(message.constant("kind")).hasValue("KIND_GPU");
    assertThat(message.constant("f")).hasValue("1.5e-3f");
    assertThat(message.constant("g")).hasValue(".5");
    assertThat(message.integer("absent")).isEqualTo(OptionalLong.empty());
    assertThat(message.string("absent")).isEqualTo(Optional.empty());
    assertThat(message.messages("absent")).isEmpty();
  }

  @Test
  void strings_haveEscapes_eitherQuote_andFollowEachOther() throws IOException {
    assertThat(read("s: 'it\\'s \"a\"' # one\n \" # and \" \"b\"").string("s"))
        .hasValue("it's \"a\" # and b");
    assertThat(read("s: \"\\a\\b\\f\\n\\r\\t\\v\\?\\\\\\\"\"").string("s"))
        .hasValue("\u0007\b\f\n\r\t\u000b?\\\"");
    assertThat(read("s: \"R\\303\\274de \\x52\\Xc3\\xBcde R\\u00fcde \\U0001F40Eü\"").string("s"))
        .hasValue("Rüde Rüde Rüde \uD83D\uDC0Eü");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 | dims",
        "1 | dims 3",
        "1 | dims: [3 224]",
        "1 | dims: [3,]",
        "1 | dims: [3",
        "1 | input {",
        "1 | input { }}",
        "1 | input [ { ]",
        "1 | input < }",
        "1 | : 3",
        "1 | 3: 3",
        "1 | a: 3,, b: 4",
        "1 | a: %",
        "1 | a: -",
        "1 | s: \"never ends",
        "1 | s: \"ends not with '",
        "1 | s: \"\\q\"",
        "1 | s: \"\\U00110000\"",
        "1 | [my.extension]: 3",
      })
  void malformedText_isRefusedWithItsLine(int line, String text) {
    assertMalformed(line, text);
    assertMalformed(line + 2, "name: \"m\" # {\n\r\n" + text);
    assertMalformed(line + 1, "input [\n{ " + text);
  }

  @Test
  void malformedText_saysWhatBelongsThere() {
    assertProblem("a: 1\nb 2", "line 2: there is '2' where ':' or '{' belongs");
    assertProblem("input {\n\n", "line 3: the file ends where a field's name belongs");
    assertProblem("s: 'a\nb'", "line 1: a string has no end");
  }

  @Test
  void messages_deeperThanProtobufReadsThem_areRefused() throws IOException {
    assertThat(read("m {".repeat(99) + "}".repeat(99)).messages("m")).hasSize(1);
    assertProblem("m {".repeat(100_000), "line 1: messages are more than 100 deep in each other");
  }

  @Test
  void valueOfAnotherType_isRefusedWithItsLine() throws IOException {
    TextMessage message = read("n: 8\ns: \"8\"\nm {\n}\nn: 9\nx: 1.5\nbig: 9223372036854775808");

    assertProblem(() -> message.integer("n"), "line 5: n is given twice");
    assertProblem(() -> message.integer("s"), "line 2: s: '8' is no whole number");
    assertProblem(() -> message.integer("x"), "line 6: x: '1.5' is no whole number");
    assertProblem(
        () -> message.integer("big"), "line 7: big: '9223372036854775808' is no whole number");
    assertProblem(() -> message.string("x"), "line 6: x: 1.5 is to be in quotes");
    assertProblem(() -> message.integers("m"), "line 3: m is to be a value, not a message");
    assertProblem(() -> message.messages("s"), "line 2: s is to be a message in braces");
  }

  @Test
  void fileThatIsNoText_isRefused() throws IOException {
    Files.write(file, "name: \"Rüde\"".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> TextFormat.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " is not UTF-8 text; save it as such");
    assertThatThrownBy(() -> TextFormat.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot read " + folder);
  }

  private void assertMalformed(int line, String text) {
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ", line " + line + ": ");
  }

  private void assertProblem(String text, String problem) {
    assertProblem(() -> read(text), problem);
  }

  private void assertProblem(ThrowingCallable reading, String problem) {
    assertThatThrownBy(reading)
        .isInstanceOf(ModelException.class)
        .hasMessage(file + ", " + problem);
  }
}
