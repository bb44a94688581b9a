package dev.millrace.core.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Evaluation;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.model.Quantization.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestFileTest {

  private static final String SHA_256 = "0123456789abcdef".repeat(4);
  private static final String SOURCE_SHA_256 = "ab".repeat(32);
  private static final String JSON =
      """
      {
        "name" : "resnet20",
        "version" : 3,
        "sha256" : "%s",
        "created" : "2026-01-02T03:04:05Z",
        "source" : {
          "kind" : "import",
          "file" : "resnet20.onnx",
          "sha256" : "%s"
        },
        "parentVersion" : 2,
        "preprocessing" : {
          "size" : 32,
          "resize" : 36,
          "mean" : [ 0.485, 0.456, 0.406 ],
          "std" : [ 0.229, 0.224, 0.225 ]
        },
        "labels" : [ "cat", "Rüde" ],
        "metrics" : {
          "accuracy" : 0.915
        },
        "trainingRun" : "run-1"
      }"""
          .formatted(SHA_256, SOURCE_SHA_256);
  private static final ModelManifest MANIFEST =
      new ModelManifest(
          "resnet20",
          3,
          SHA_256,
          "2026-01-02T03:04:05Z",
          Samples.SOURCE,
          2,
          Samples.PREPROCESSING,
          Samples.LABELS.names(),
          Map.of("accuracy", 0.915),
          "run-1");

  @TempDir private Path folder;

  @Test
  void manifest_written_isJsonForPeople() throws IOException {
    assertThat(new String(ManifestFile.bytes(MANIFEST), UTF_8)).isEqualToNormalizingNewlines(JSON);
  }

  @Test
  void manifest_writtenAndRead_isTheSame() throws IOException {
    assertThat(read(JSON)).isEqualTo(MANIFEST);
  }

  @Test
  void manifestOfATraining_writtenAndRead_isTheSame() throws IOException {
    Evaluation evaluation = new Evaluation(2);
    var unused = evaluation.add(0, new float[] {0.75f, 0.25f});
    Figures figures = evaluation.figures();
    ModelManifest trained =
        new ModelManifest(
            "resnet20",
            3,
            SHA_256,
            "2026-01-02T03:04:05Z",
            Samples.SOURCE,
            2,
            Samples.PREPROCESSING,
            Samples.LABELS.names(),
            Map.of("accuracy", 1.0),
            "run-1",
            null,
            null,
            null,
            new Calibration(1.25, 40, 0, figures.overall()),
            figures,
            new Lineage(
                Map.of("optimization", "Optimization[epochs=3]"),
                Map.of("epochs", "3"),
                7,
                1,
                "He",
                3,
                0,
                new Lineage.Data(SHA_256, List.of(20, 30)),
                Map.of("libtorch", "2.10")),
            new Fingerprint(SHA_256, Map.of("cat", 300, "dog", 200)));

    assertThat(read(new String(ManifestFile.bytes(trained), UTF_8))).isEqualTo(trained);
  }

  @Test
  void manifest_withoutWhatIsOptional_isRead() throws IOException {
    ModelManifest least =
        new ModelManifest(
            "resnet20",
            3,
            SHA_256,
            "2026-01-02T03:04:05Z",
            new ModelManifest.Source("training", null, null),
            null,
            Samples.PREPROCESSING,
            Samples.LABELS.names(),
            null,
            null);
    String json = new String(ManifestFile.bytes(least), UTF_8);

    assertThat(json).doesNotContain("null", "parentVersion", "trainingRun", "file");
    assertThat(read(json)).isEqualTo(least);
  }

  @Test
  void kindOfIndependentClasses_isAKeyThatOtherManifestsDoNotHave() throws IOException {
    String json = JSON.replace("\"run-1\"", "\"run-1\",\n  \"kind\" : \"independent\"");

    ModelManifest manifest = read(json);

    assertThat(manifest.independent()).isTrue();
    assertThat(new String(ManifestFile.bytes(manifest), UTF_8)).isEqualToNormalizingNewlines(json);
    assertThat(MANIFEST.independent()).isFalse();
  }

  @Test
  void quantization_isAKeyThatOtherManifestsDoNotHave() throws IOException {
    String json =
        JSON.replace(
            "\"run-1\"",
            """
            "run-1",
              "quantization" : {
                "method" : "entropy",
                "reduceRange" : false,
                "canSaturate" : true,
                "floatLayers" : [ "Conv conv1" ],
                "calibration" : {
                  "images" : 500,
                  "sha256" : "%s"
                },
                "judgement" : {
                  "measure" : "accuracy",
                  "images" : 1000,
                  "float32" : {
                    "value" : 0.9,
                    "low" : 0.88,
                    "high" : 0.92
                  },
                  "int8" : {
                    "value" : 0.896,
                    "low" : 0.876,
                    "high" : 0.916
                  },
                  "changes" : {
                    "lost" : 9,
                    "gained" : 5,
                    "bound" : 1.1
                  },
                  "processor" : "amd64 avx2"
                },
                "speed" : {
                  "float32" : 30.0,
                  "int8" : 70.0
                },
                "reference" : {
                  "file" : "reference-answers.bin",
                  "images" : 16,
                  "bound" : 0.05
                }
              }"""
                .formatted(SHA_256));

    ModelManifest manifest = read(json);

    assertThat(manifest.quantization().judgement().loss()).isCloseTo(0.4, within(1e-9));
    assertThat(manifest.quantization().speed().ratio()).isCloseTo(70 / 30.0, within(1e-9));
    assertThat(new String(ManifestFile.bytes(manifest), UTF_8)).isEqualToNormalizingNewlines(json);
    assertThat(manifest.quantization().judgement().changes()).isEqualTo(new Changes(9, 5, 1.1));
    assertThat(MANIFEST.quantization()).isNull();

    String older = json.replaceAll("\\s+\"changes\" : [^}]+},", "");
    assertThat(older).doesNotContain("changes");
    assertThat(read(older).quantization().judgement().changes()).isNull();
    assertThat(new String(ManifestFile.bytes(read(older)), UTF_8))
        .isEqualToNormalizingNewlines(older);
  }

  @Test
  void filesWithWeights_areAKeyThatOtherManifestsDoNotHave() throws IOException {
    String json =
        JSON.replace(
            "\"run-1\"",
            "\"run-1\",\n  \"files\" : {\n    \"weights-2.bin\" : \"%s\",\n    \"weights-1.bin\" : \"%s\"\n  }"
                .formatted(SHA_256, SOURCE_SHA_256));

    ModelManifest manifest = read(json);

    assertThat(manifest.files())
        .containsExactly(
            Map.entry("weights-2.bin", SHA_256), Map.entry("weights-1.bin", SOURCE_SHA_256));
    assertThat(new String(ManifestFile.bytes(manifest), UTF_8)).isEqualToNormalizingNewlines(json);
    assertThat(MANIFEST.files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../model.onnx", "a/b", "a\\\\b", ".", ".hidden", "", "/etc/hosts"})
  void file_outsideTheVersionsFolder_isRefused(String name) {
    String json =
        JSON.replace(
            "\"run-1\"", "\"run-1\", \"files\" : {\"%s\" : \"%s\"}".formatted(name, SHA_256));

    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "(files: '" + name.replace("\\\\", "\\") + "' is not made of letters,");
  }

  @Test
  void file_withoutAChecksum_isRefused() {
    String json = JSON.replace("\"run-1\"", "\"run-1\", \"files\" : {\"w.bin\" : \"ab\"}");

    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("(files: w.bin: 'ab' is not 64 lower-case hexadecimal digits)");
  }

  @Test
  void fields_ofALaterRelease_arePassedOver() throws IOException {
    String later =
        JSON.replace("\"name\" :", "\"later\" : {\"a\": [1, {}]}, \"name\" :")
            .replace("\"kind\" :", "\"by\" : \"me\", \"kind\" :")
            .replace("\"size\" :", "\"antialias\" : true, \"size\" :");

    assertThat(read(later)).isEqualTo(MANIFEST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          "name" : "resnet20"    | "name" : "../x"         | model name: '../x' is not made of
          "name" : "resnet20"    | "other" : "resnet20"    | model name: 'null' is not made of
          "version" : 3          | "version" : 0           | version: 0 must be at least 1
          "version" : 3          | "other" : 3             | version: 0 must be at least 1
          "version" : 3          | "version" : "3"         | coerce
          "version" : 3          | "version" : 3.5         | coerce
          "sha256" : "0123       | "sha256" : "x123        | is not 64 lower-case hexadecimal digits
          "sha256" : "0123       | "sha256" : "A123        | is not 64 lower-case hexadecimal digits
          "sha256" : "0123       | "other" : "0123         | sha256: 'null' is not 64
          2026-01-02T03:04:05Z   | yesterday               | created: 'yesterday' is not a time such as
          "created"              | "other"                 | created: it is missing
          "source"               | "other"                 | source: it is missing
          "kind"                 | "other"                 | source.kind: it is missing
          "preprocessing"        | "other"                 | preprocessing: it is missing
          "size" : 32            | "size" : 37             | resize: 36 is not between size (37)
          [ 0.485,               | [ 0.1, 0.485,           | mean: expected three numbers
          [ 0.485,               | [ null,                 | mean: [null, 0.456, 0.406] holds a value
          [ 0.229,               | [ -1,                   | std: [-1.0, 0.224, 0.225] holds a value
          "labels"               | "other"                 | labels: it is missing
          [ "cat", "Rüde" ]      | []                      | labels: the list is empty
          [ "cat"                | [ null                  | labels: the name of class 0 is blank
          [ "cat", "Rüde" ]      | "cat"                   | Cannot
          "accuracy" : 0.915     | "accuracy" : null       | metrics: accuracy is null, not a number
          """)
  void manifest_withSomethingWrong_isRefused(String right, String wrong, String problem) {
    assertThat(JSON).contains(right);

    assertRefused(JSON.replace(right, wrong), problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "7", "[]", "\"text\"", "{", "{}", "\u0000", "name: x"})
  void file_thatIsNoManifest_isRefused(String text) {
    assertRefused(text, "is not a manifest (");
  }

  @Test
  void file_thatGoesOnOrEndsEarly_isRefused() {
    assertRefused(JSON + "{}", "is not a manifest (");
    assertRefused(JSON.substring(0, JSON.length() / 2), "is not a manifest (");
  }

  @Test
  void file_thatIsMissing_saysHowToMakeOne() {
    assertThatThrownBy(() -> ManifestFile.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "there is no "
                + folder.resolve("millrace.json")
                + ": the version was removed, or was never published");
  }

  @Test
  void file_thatCannotBeRead_isNamed() throws IOException {
    Path file = Files.createDirectory(folder.resolve("millrace.json"));

    assertThatThrownBy(() -> ManifestFile.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot read " + file + " (")
        .hasMessageEndingWith("); check that it is readable");
  }

  private ModelManifest read(String json) throws IOException {
    Files.writeString(folder.resolve("millrace.json"), json);
    return ManifestFile.read(folder);
  }

  private void assertRefused(String json, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(folder.resolve("millrace.json") + " is not a manifest (")
        .hasMessageContaining(problem)
        .hasMessageEndingWith("); import the model again")
        .message()
        .hasLineCount(1);
  }
}
