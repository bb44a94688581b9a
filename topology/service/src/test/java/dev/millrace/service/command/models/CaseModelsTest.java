package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that variants of a real ResNet-18 give the answers of the file from which they were made.
 * Each variant has a form that some exporter writes. The script {@code cases/models.py} of the
 * shared data writes the variants, and needs Debian's {@code python3-onnx}.
 */
@EnabledIfSystemProperty(named = CaseModelsTest.FOLDER, matches = ".+")
class CaseModelsTest {

  static final String FOLDER = "millrace.cases";

  private static final int CLASSES = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "batch_of_one, ''",
    "optimum, ''",
    "external_data, ''",
    "caffe_bgr, '--channel-order bgr --mean 104,117,123 --std 1,1,1'",
    "uint8_nhwc, ''",
    "mean_elsewhere, '--std 1,1,1'",
    "softmax, ''",
    "exp_log_softmax, ''",
    "percent, ''",
    "extra_axis, ''",
    "logits_and_probabilities, ''",
  })
  void variant_answersAsTheBase(String variant, String options) throws IOException {
    float[] expected = answers("base", "");

    float[] actual = answers(variant, options);

    assertThat(actual).containsExactly(expected, within(1e-5f));
  }

  @Test
  void quantizedSoftmax_isNotNormalisedAgain() throws IOException {
    float[] base = answers("base", "");

    float[] rounded = answers("quantised_softmax", "");

    for (int i = 0; i < base.length; i++) {
      assertThat(rounded[i] * 256).isEqualTo(Math.round(rounded[i] * 256), within(1e-4f));
      float largest = 255 / 256f;
      assertThat(rounded[i]).isEqualTo(Math.min(base[i], largest), within(1 / 512f + 1e-5f));
    }
  }

  @Test
  void sigmoids_areIndependent() throws IOException {
    float[] base = answers("base", "");

    float[] scores = answers("sigmoid", "");

    assertThat(answers("sigmoid_in_parts", "--scores independent"))
        .containsExactly(scores, within(1e-6f));
    // The differences between logits are the differences between the logarithms of the softmax. The
    // sigmoid closest to 0.5 determines the constant to add.
    int middle =
        IntStream.range(0, CLASSES)
            .boxed()
            .min(Comparator.comparing(i -> Math.abs(scores[i] - 0.5f)))
            .orElseThrow();
    double logit = Math.log(scores[middle]) - Math.log1p(-scores[middle]);
    for (int i = 0; i < CLASSES; i++) {
      double expected = logit + Math.log(base[i]) - Math.log(base[middle]);
      assertThat((double) scores[i]).isEqualTo(1 / (1 + Math.exp(-expected)), within(1e-5));
    }
  }

  /**
   * The import itself compares the answers of the imported file with the answers of the original
   * file.
   */
  @Test
  void oneChannel_takesGreyImages() throws IOException {
    assertThat(imported("one_channel", "", CLASSES).succeeded().err()).contains("channels grey");
  }

  @Test
  void oneLogit_becomesTwoProbabilities() throws IOException {
    assertThat(imported("one_logit", "", 2).succeeded().err())
        .contains("2 classes", "two probabilities from one logit");
    assertThat(imported("one_logit", "", 1).failureLine()).contains("give two labels");
  }

  @ParameterizedTest
  @CsvSource({
    "sigmoid_in_parts, --scores",
    "unknown_operator, acme",
    "unknown_operator, AcmeScale",
    "not_a_number, NaN",
  })
  void variantThatCannotBeServed_isRefusedNamingWhy(String variant, String why) throws IOException {
    assertThat(imported(variant, "", 1000).failureLine()).contains(why);
  }

  @Test
  void base_answersAsItsAuthorSays() throws IOException {
    float[] answers = answers("base", "");

    List<String[]> expected = SharedData.rows("expected/imagenet-sample-40.csv", ",");
    for (int image = 0; image < expected.size(); image++) {
      int best = 0;
      for (int i = 1; i < CLASSES; i++) {
        best = answers[image * CLASSES + i] > answers[image * CLASSES + best] ? i : best;
      }
      assertThat(best).isEqualTo(Integer.parseInt(expected.get(image)[2]));
    }
  }

  private CapturedRun imported(String name, String options, int classes) throws IOException {
    List<String> args = new ArrayList<>(List.of("models", "import", file(name).toString()));
    args.addAll(List.of("--model", name, "--repository", folder.toString()));
    args.addAll(options(options, classes));
    return CapturedRun.of(args.toArray(String[]::new));
  }

  /** {@return the probabilities of the 40 photographs, in the order of their names} */
  private float[] answers(String name, String options) throws IOException {
    Path photographs = Files.createDirectories(folder.resolve("photographs"));
    SharedData.untar("imagenet/imagenet-sample-40.tar", photographs);
    List<String> args = new ArrayList<>(List.of("classify", photographs.toString(), "--json"));
    args.addAll(List.of("--model-file", file(name).toString()));
    args.addAll(options(options, CLASSES));
    CapturedRun run = CapturedRun.of(args.toArray(String[]::new)).succeeded();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.outLines()) {
      lines.add(JSON.readTree(line));
    }
    lines.sort(Comparator.comparing(line -> line.get("id").asText()));
    float[] answers = new float[lines.size() * CLASSES];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = lines.get(i / CLASSES).get("probabilities").get(i % CLASSES).floatValue();
    }
    return answers;
  }

  private static Path file(String name) {
    return Path.of(System.getProperty(FOLDER)).resolve(name + ".onnx");
  }

  private List<String> options(String options, int classes) throws IOException {
    Path labels = folder.resolve("labels.txt");
    Files.writeString(
        labels,
        IntStream.range(0, classes).mapToObj(i -> "class " + i).collect(Collectors.joining("\n")));
    List<String> all = new ArrayList<>(List.of("--labels", labels.toString()));
    all.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    return all;
  }
}
