package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Variants of a real ResNet-18, each as some exporter writes it, answer as the file that they were
 * made from. The script {@code cases/models.py} of the shared data writes them; it needs Debian's
 * {@code python3-onnx}.
 */
@EnabledIfSystemProperty(named = CaseModelsTest.FOLDER, matches = ".+")
class CaseModelsTest {

  static final String FOLDER = "millrace.cases";

  private static final int IMAGES = 3;

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
      assertThat(rounded[i] * 256).isEqualTo(Math.round(rounded[i] * 256));
      assertThat(rounded[i]).isEqualTo(base[i], within(1 / 512f + 1e-5f));
    }
  }

  @Test
  void sigmoids_areIndependent() throws IOException {
    float[] base = answers("base", "");

    float[] scores = answers("sigmoid", "");

    assertThat(answers("sigmoid_in_parts", "--scores independent"))
        .containsExactly(scores, within(1e-6f));
    for (int i = 1; i < 50; i++) {
      assertThat(logOdds(scores[i]) - logOdds(scores[0]))
          .isEqualTo(Math.log(base[i]) - Math.log(base[0]), within(1e-3));
    }
  }

  private static double logOdds(double probability) {
    return Math.log(probability) - Math.log1p(-probability);
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

  private CapturedRun imported(String name, String options, int classes) throws IOException {
    Path labels = folder.resolve("labels.txt");
    Files.writeString(
        labels,
        IntStream.range(0, classes).mapToObj(i -> "class " + i).collect(Collectors.joining("\n")));
    Path file = Path.of(System.getProperty(FOLDER)).resolve(name + ".onnx");
    List<String> args =
        new ArrayList<>(List.of("models", "import", file.toString(), "--model", name));
    args.addAll(List.of("--repository", folder.toString(), "--labels", labels.toString()));
    args.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    return CapturedRun.of(args.toArray(String[]::new));
  }

  private float[] answers(String name, String options) throws IOException {
    System.out.println(name + ": " + imported(name, options, 1000).succeeded().err());
    ModelVersion version = new ModelRepository(folder).newest(name);
    byte[] pixels = new byte[IMAGES * version.manifest().preprocessing().bytes()];
    new Random(3).nextBytes(pixels);
    FloatBuffer probabilities =
        ByteBuffer.allocateDirect(IMAGES * 1000 * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (ModelSession session = new OnnxModelRuntime().open(version, Device.CPU)) {
      session.run(
          ByteBuffer.allocateDirect(pixels.length).put(pixels).rewind(), IMAGES, probabilities);
    }
    float[] answers = new float[IMAGES * 1000];
    probabilities.get(answers);
    return answers;
  }
}
