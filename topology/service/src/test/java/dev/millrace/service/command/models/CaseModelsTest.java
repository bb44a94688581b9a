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
  })
  void variant_answersAsTheBase(String variant, String options) throws IOException {
    float[] expected = answers("base", "");

    float[] actual = answers(variant, options);

    assertThat(actual).containsExactly(expected, within(1e-5f));
  }

  private float[] answers(String name, String options) throws IOException {
    Path labels = folder.resolve("labels.txt");
    Files.writeString(
        labels,
        IntStream.range(0, 1000).mapToObj(i -> "class " + i).collect(Collectors.joining("\n")));
    Path file = Path.of(System.getProperty(FOLDER)).resolve(name + ".onnx");
    List<String> args =
        new ArrayList<>(List.of("models", "import", file.toString(), "--model", name));
    args.addAll(List.of("--repository", folder.toString(), "--labels", labels.toString()));
    args.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    System.out.println(name + ": " + CapturedRun.of(args.toArray(String[]::new)).succeeded().err());
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
