package dev.millrace.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ScoreKind;
import dev.millrace.core.model.ScoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TritonConfigTest {

  private static final String INPUT = "input { name: 'x' dims: [ 3, 224, 224 ] }";

  @TempDir private Path home;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = home.resolve("config.pbtxt");
  }

  private TritonConfig read(String text) throws IOException {
    Files.writeString(file, text);
    return TritonConfig.read(home);
  }

  @Test
  void config_inTritonsOwnManner_isRead() throws IOException {
    TritonConfig config =
        read(
            """
            # A classifier, as Triton's examples configure theirs.
            name: "squirrel"
            platform: "onnxruntime_onnx"
            max_batch_size : 16
            input [
              {
                name: "images"
                data_type: TYPE_FP32
                format: FORMAT_NCHW
                dims: [ 3, 224, 224 ]
              }
            ]
            output [
              {
                name: "scores"
                data_type: TYPE_FP32
                dims: [ 1000 ]
                reshape { shape: [ 1000, 1, 1 ] }
                label_filename: "squirrel_labels.txt"
              }
            ]
            version_policy: { specific { versions: [1, 3] } }
            dynamic_batching { preferred_batch_size: [ 4, 8 ], max_queue_delay_microseconds: 100 }
            instance_group [ { count: 2, kind: KIND_GPU, gpus: [ 0 ] } ]
            optimization { graph : { level : -1 } }
            parameters { key: "intra_op_thread_count" value { string_value: "0" } }
            """);

    assertThat(config.labels()).isEqualTo(home.resolve("squirrel_labels.txt"));
    assertThat(config.maxBatchSize()).hasValue(16);
    assertThat(config.preprocessing())
        .isEqualTo(
            new Preprocessing(
                224, 256, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f)));
  }

  @Test
  void parameters_sayHowImagesArePreprocessed() throws IOException {
    Preprocessing preprocessing =
        read("""
                input { dims: [ 3, 32, 32 ] }
                parameters [
                  { key: "mean" value: { string_value: "0.4914, 0.4822,0.4465" } },
                  { key: "resize", value: { string_value: "99" } }
                ]
                parameters { key: "std" value { string_value: "0.25,0.5,1" } }
                parameters { key: "resize" value { string_value: "40" } }
                """)
            .preprocessing();

    assertThat(preprocessing)
        .isEqualTo(
            new Preprocessing(
                32, 40, List.of(0.4914f, 0.4822f, 0.4465f), List.of(0.25f, 0.5f, 1f)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_batch_size: 8 | dims: [ 3, 96, 96 ]",
        "max_batch_size: 8 | dims: [ 96, 96, 3 ]",
        "max_batch_size: 8 | format: FORMAT_NHWC dims: [ 96, 96, 3 ]",
        "max_batch_size: 8 | format: FORMAT_NONE dims: [ 3, 96, 96 ]",
        "max_batch_size: 0 | dims: [ -1, 3, 96, 96 ]",
        "                  | dims: [ -1, 96, 96, 3 ]",
        "                  | dims: [ 3, 96, 96 ]",
      })
  void dims_withOrWithoutABatch_tellTheSize(String batch, String dims) throws IOException {
    TritonConfig config = read((batch == null ? "" : batch) + " input { " + dims + " }");

    assertThat(config.preprocessing().size()).isEqualTo("96x96");
    assertThat(config.preprocessing().resize()).isEqualTo(110);
    assertThat(config.labels()).isEqualTo(home.resolve("labels.txt"));
    if (batch != null && batch.endsWith("8")) {
      assertThat(config.maxBatchSize()).hasValue(8);
    } else {
      assertThat(config.maxBatchSize()).isEmpty();
    }
  }

  @Test
  void dimsOfThree_areOfTheLayoutThatTheFormatNames() throws IOException {
    assertThat(read("input { format: FORMAT_NHWC dims: [ 3, 3, 3 ] }").preprocessing().size())
        .isEqualTo("3x3");
    assertRefused("input {\nformat: FORMAT_NHWC dims: [ 3, 96, 96 ] }", ", line 1: dims: ");
    assertRefused("input {\nformat: FORMAT_NCHW dims: [ 96, 96, 3 ] }", ", line 1: dims: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_batch_size: 8 input { dims: [ 3, -1, -1 ] }",
        "input { dims: [ -1, 3, 224, -1 ] }",
        "input { name: 'x' }",
        "name: 'm'",
      })
  void sizeThatDimsDoNotTell_isAParameters(String text) throws IOException {
    assertRefused(
        text,
        " does not give the size of the model's images: give its input fixed dims, or add 'parameters"
            + " { key: \"size\" value { string_value: \"224\" } }'");

    String advice = "\nparameters { key: \"size\" value { string_value: \"224\" } }";
    assertThat(read(text + advice).preprocessing().size()).isEqualTo("224x224");
  }

  @Test
  void configThatIsMissing_isToBeWritten() {
    assertThatThrownBy(() -> TritonConfig.read(home))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("there is no " + file + ", ")
        .hasMessageContaining("parameters { key: \"size\" value { string_value: \"224\" } }")
        .hasMessageEndingWith(", or publish the model");
  }

  @Test
  void batchOfAnotherFixedSizeThanOne_isRefused() {
    assertRefused(
        "input { dims: [ 4, 3, 224, 224 ] }",
        ", line 1: dims: [4, 3, 224, 224] fix the batch size at 4: export the model with a"
            + " dynamic batch axis, or for one image");
  }

  @Test
  void tritonsQuickStart_isRead() throws IOException {
    TritonConfig config =
        read(
            """
            name: "densenet_onnx"
            platform: "onnxruntime_onnx"
            max_batch_size : 0
            input [
              {
                name: "data_0"
                data_type: TYPE_FP32
                format: FORMAT_NCHW
                dims: [ 3, 224, 224 ]
                reshape { shape: [ 1, 3, 224, 224 ] }
              }
            ]
            output [
              {
                name: "fc6_1"
                data_type: TYPE_FP32
                dims: [ 1000 ]
                reshape { shape: [ 1, 1000, 1, 1 ] }
                label_filename: "densenet_labels.txt"
              }
            ]
            """);

    assertThat(config.preprocessing().size()).isEqualTo("224x224");
    assertThat(config.labels()).isEqualTo(home.resolve("densenet_labels.txt"));
    assertThat(config.maxBatchSize()).isEmpty();
    assertThat(config.scores()).isEqualTo(new ScoreSettings("fc6_1", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input { dims: [ 3, 96, 96 ] }                                       | 96x96",
        "input { dims: [ 1, 3, 96, 96 ] }                                    | 96x96",
        "input { dims: [ 27648 ] reshape { shape: [ 3, 96, 96 ] } }          | 96x96",
        "input { dims: [ 96, 96, 3 ] reshape { shape: [ -1, 3, 96, 96 ] } }  | 96x96",
        "input { dims: [ 3, 48, 192 ] }                                      | 48x192",
      })
  void inputWithoutABatchLimit_isTheShapeThatTheModelTakes(String input, String size)
      throws IOException {
    assertThat(read("max_batch_size: 0 " + input).preprocessing().size()).isEqualTo(size);
  }

  @Test
  void outputWithLabels_isTheOneWithTheScores() throws IOException {
    String outputs = "output { name: 'features' } output { name: 'scores' %s }";

    assertThat(read(INPUT + outputs.formatted("label_filename: 'l.txt'")).scores().output())
        .isEqualTo("scores");
    assertThat(read(INPUT + outputs.formatted("")).scores().output()).isNull();
    assertThat(read(INPUT + "output { name: 'scores' }").scores().output()).isEqualTo("scores");
  }

  @Test
  void parameterScores_saysWhatTheScoresAre() throws IOException {
    String parameter = "parameters { key: 'scores' value { string_value: '%s' } }";

    assertThat(read(INPUT + parameter.formatted("independent")).scores().kind())
        .isEqualTo(ScoreKind.INDEPENDENT);
    assertThat(read(INPUT).scores().kind()).isNull();
    assertRefused(
        INPUT + parameter.formatted("both"),
        ": parameter scores: 'both' is not logits, probabilities or independent");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_batch_size: -1 | : max_batch_size: -1 must be at least 0",
        "max_batch_size: 4294967296 | , line 1: Couldn't parse integer: ",
        "max_batch_size: 8 input { dims: [ -1, 3, 224, 224 ] } | , line 1: dims: [-1, 3, 224, 224] are",
        "input { dims: [ 224, 224 ] } | , line 1: dims: [224, 224] are not those of an RGB image",
        "input { dims: [ 1, 28, 28 ] } | , line 1: dims: [1, 28, 28] with FORMAT_NONE do not have",
        "max_batch_size: 0 input { dims: 3 reshape { shape: 1 } } | , line 1: dims: [1] are not",
        "input { dims: [ 3, 4097, 4097 ] } | , line 1: dims: [3, 4097, 4097] are not those",
        "input { dims: [ 3, 0, 0 ] } | : size: 0 is not between 1",
        "input { dims: 3 } input { dims: 3 } | , line 1: a second input",
        "parameters { key: 'size' value { string_value: 'big' } } | , line 1: parameter size: 'big' is",
        "parameters { key: 'size' value { } } | , line 1: parameter size has no string_value",
        "parameters { key: 'mean' value { string_value: 'a,b,c' } } | , line 1: parameter mean: 'a,b,c'",
        "parameters { key: 'mean' value { string_value: '0.5' } } | : mean: expected three numbers",
        "parameters { key: 'resize' value { string_value: '1' } } | : resize: 1 is not between",
        "output { label_filename: '\\000' } | : ",
      })
  void configThatCannotBeServed_saysWhatIsWrong(String text, String message) {
    assertRefused(text.contains("input") || text.contains("'size'") ? text : INPUT + text, message);
  }

  private void assertRefused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .as(text)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + message);
  }
}
