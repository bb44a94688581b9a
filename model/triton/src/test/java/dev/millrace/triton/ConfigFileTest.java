package dev.millrace.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import dev.millrace.core.model.ModelException;
import dev.millrace.triton.proto.ModelConfig;
import dev.millrace.triton.proto.ModelInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("config.pbtxt");
  }

  private ModelConfig read(String text) throws IOException {
    return ConfigFile.read(Files.writeString(file, text)).config();
  }

  private String label(String text) throws IOException {
    return read("output { label_filename: " + text + " }").getOutput(0).getLabelFilename();
  }

  @Test
  void emptyFile_isAConfigurationWithoutFields() throws IOException {
    assertThat(read(" \n# nothing but this")).isEqualTo(ModelConfig.getDefaultInstance());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "input { dims: 3 dims: 2 dims: -1 }",
        "input{dims:3,dims:2;dims:-1;}",
        "input: { dims: [ 3, 2, -1 ] }",
        "input <dims: [3,2,-1]>",
        "input [ { dims: [ 0x3, 02, -1 ] } ]",
        "input [ { name: 'x', data_type: TYPE_FP32; dims: [ 3, 2, -1 ], later { a: [] }, } ]",
        "name: 'a;b,#', input { note: \"it's, \\\" {\", dims: [ 3, 2, -1 ] # , {\n}; later: <>,",
        "input: [{dims:3}, {}] input[] input { dims # one by one\n : [ 2 #\n, -1\n] }",
      })
  void sameMessage_isReadFromEachWayOfWritingIt(String text) throws IOException {
    assertThat(read(text).getInputList().stream().flatMap(input -> input.getDimsList().stream()))
        .containsExactly(3L, 2L, -1L);
  }

  @Test
  void values_areReadAmongFieldsThatTheSchemaDoesNotName() throws IOException {
    ModelConfig config =
        read(
            """
            max_batch_size : 8
            platform: 'onnxruntime_onnx'
            kind: KIND_GPU, f: 1.5e-3f g: .5
            instance_group [ { count: 2, kind: KIND_GPU, gpus: [ 0 ] }, <> ]
            [my.extension]: 3
            input { format: FORMAT_NHWC later { deeper: [ 'x' "y", 'z' ] } }
            """);

    assertThat(config.getMaxBatchSize()).isEqualTo(8);
    assertThat(config.getInput(0).getFormat()).isEqualTo(ModelInput.Format.FORMAT_NHWC);
    assertThat(config.getOutputList()).isEmpty();
    assertThat(read("platform: 'x'").hasMaxBatchSize()).isFalse();
  }

  @Test
  void fieldsThatTheSchemaDoesNotName_areNotLogged() throws IOException {
    List<String> logged = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord message) {
            logged.add(message.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("com.google.protobuf");
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      read("platform: 'onnxruntime_onnx'");
      assertThat(logged).isEmpty();

      TextFormat.Parser.newBuilder()
          .setAllowUnknownFields(true)
          .build()
          .merge("platform: 'x'", ModelConfig.newBuilder());
      assertThat(logged).as("of a user's own parsing").hasSize(1);
    } finally {
      logger.setUseParentHandlers(true);
      logger.removeHandler(handler);
    }
  }

  @Test
  void strings_haveEscapes_eitherQuote_andFollowEachOther() throws IOException {
    assertThat(label("'it\\'s \"a\"' # one\n \" # and \" \"b\"")).isEqualTo("it's \"a\" # and b");
    assertThat(label("\"\\a\\b\\f\\n\\r\\t\\v\\?\\\\\\\"\""))
        .isEqualTo("\u0007\b\f\n\r\t\u000b?\\\"");
    assertThat(label("\"R\\303\\274de \\x52\\xc3\\xBcde R\\u00fcde \\U0001F40Eü\""))
        .isEqualTo("Rüde Rüde Rüde \uD83D\uDC0Eü");
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
        "1 | a: 3,, b: 4",
        "1 | input { , dims: 3 }",
        "1 | input { dims: [ 3; 2 ] }",
        "1 | a: %",
        "1 | a: -",
        "1 | s: \"never ends",
        "1 | s: \"ends not with '",
        "1 | s: \"\\q\"",
        "1 | s: \"\\U00110000\"",
      })
  void malformedText_isRefusedWithItsLine(int line, String text) {
    assertMalformed(line, text);
    assertMalformed(line + 2, "name: \"m\" # {\n\r\n" + text);
    assertMalformed(line + 1, "input [\n{ " + text);
  }

  @Test
  void malformedText_saysWhatBelongsThere() {
    assertProblem("max_batch_size: 1\noutput 2", "line 2: Expected \"{\".");
    assertProblem("input {\n\n", "line 3: Expected \"}\".");
    assertProblem("output { label_filename: 'a\nb' }", "line 1: String missing ending quote.");
  }

  @Test
  void messages_deeperThanProtobufReadsThem_areRefused() throws IOException {
    assertThat(read("m {".repeat(99) + "}".repeat(99))).isNotNull();
    assertThatThrownBy(() -> read("m {".repeat(100_000)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file.toString());
  }

  @Test
  void valueOfAnotherType_isRefusedWithItsLine() {
    assertProblem("\n\nmax_batch_size: '8'", "line 3: ");
    assertProblem("\nmax_batch_size: 1.5", "line 2: ");
    assertProblem("input { dims: 9223372036854775808 }", "line 1: ");
    assertProblem("\noutput { label_filename: 5 }", "line 2: ");
    assertProblem("max_batch_size {\n}", "line 1: ");
    assertProblem("input: 3", "line 1: ");
    assertProblem("input { format: FORMAT_CHWN }", "line 1: ");
    assertProblem("max_batch_size: 8\nmax_batch_size: 9", "line 2: ");
  }

  @Test
  void fileThatIsNoText_isRefused() throws IOException {
    Files.write(file, "name: \"Rüde\"".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ConfigFile.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " is not UTF-8 text; save it as UTF-8");
    assertThatThrownBy(() -> ConfigFile.read(folder))
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
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ", " + problem);
  }
}
