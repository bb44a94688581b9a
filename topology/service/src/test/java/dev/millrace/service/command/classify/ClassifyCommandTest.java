package dev.millrace.service.command.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CifarModel;
import dev.millrace.service.command.RandomModel;
import dev.millrace.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void images_areClassifiedAsTheModelsAuthorSays() throws IOException {
    Path images = CifarModel.images(folder.resolve("images"));
    Map<String, String> expected =
        SharedData.rows("expected/cifar10-test-1000.csv", ",").stream()
            .collect(Collectors.toMap(row -> row[0], row -> row[2]));

    CapturedRun run =
        CapturedRun.of(
                "classify",
                images.toString(),
                "--model-file",
                CifarModel.file().toString(),
                "--labels",
                CifarModel.labels().toString(),
                "--size",
                "32",
                "--resize",
                "32",
                "--json")
            .succeeded();

    assertThat(run.outLines()).hasSize(1000);
    for (String line : run.outLines()) {
      JsonNode prediction = JSON.readTree(line);
      Path path = Path.of(prediction.get("id").asText());
      assertThat(path).startsWith(images).exists();
      String index = path.getFileName().toString().replaceFirst("\\.png$", "");
      assertThat(prediction.at("/top/0/index").asText()).isEqualTo(expected.get(index));
    }
    assertThat(run.err())
        .contains("preprocessing from options: size 32, resize 32", "one name a line");
  }

  @Test
  void line_hasTheShapeOfAPrediction() throws IOException {
    RandomModel.publish(folder.resolve("models"), "tiny");
    Path image = image("cat.png");

    JsonNode line = run(image.toString(), "--json").succeeded().json();

    assertThat(fields(line))
        .containsExactly("id", "model", "label", "probability", "top", "probabilities");
    assertThat(line.get("id").asText()).isEqualTo(image.toString());
    assertThat(line.at("/model/name").asText()).isEqualTo("tiny");
    assertThat(line.at("/model/version").asInt()).isEqualTo(1);
    assertThat(line.at("/model/sha256").asText()).hasSize(64);
    assertThat(line.get("top")).hasSize(5);
    assertThat(line.get("probabilities")).hasSize(10);
    assertThat(line.get("label")).isEqualTo(line.at("/top/0/label"));
    assertThat(run(image.toString(), "--json", "--top", "2").succeeded().json().get("top"))
        .hasSize(2);
    assertThat(run(image.toString(), "--top", "1").succeeded().outLines())
        .singleElement()
        .asString()
        .matches(".*cat\\.png  c\\d \\d+\\.\\d %");
  }

  @Test
  void independentClasses_areListedAboveTheThreshold() throws IOException {
    RandomModel.publish(folder.resolve("models"), "tiny", 10, 1, "--scores", "independent");

    JsonNode line = run(image("a.png").toString(), "--json").succeeded().json();

    assertThat(line.get("kind").asText()).isEqualTo("independent");
    List<String> expected = new ArrayList<>();
    for (JsonNode top : run(image("a.png").toString(), "--json", "--top", "10").json().get("top")) {
      if (top.get("probability").asDouble() >= 0.5) {
        expected.add(top.get("label").asText());
      }
    }
    List<String> actual = new ArrayList<>();
    line.get("labels").forEach(label -> actual.add(label.asText()));
    assertThat(actual).isNotEmpty().isEqualTo(expected);
  }

  @Test
  void imageThatCannotBeRead_isNamed_andTheOthersAreClassified() throws IOException {
    RandomModel.publish(folder.resolve("models"), "tiny");
    Path broken = Files.writeString(folder.resolve("broken.jpg"), "no image");

    CapturedRun run = run(image("a.png").toString(), broken.toString(), image("b.png").toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.outLines()).hasSize(2);
    assertThat(run.errLines()).singleElement().asString().contains(broken + ": ");
  }

  @Test
  void modelOfTwoKindsOrNone_isWrongUsage() throws IOException {
    String image = image("a.png").toString();

    assertThat(CapturedRun.of("classify", image).usageLine()).contains("--model", "--model-file");
    assertThat(run(image, "--model-file", "x.onnx").usageLine()).contains("--model-file");
    assertThat(run(image, "--labels", "x.txt").usageLine()).contains("--labels belongs to");
    assertThat(run(image, "--mean", "0,0,0").usageLine()).contains("--mean belongs to");
    assertThat(run(image, "--top", "0").usageLine()).contains("top: 0");
  }

  private CapturedRun run(String... more) {
    List<String> args = new ArrayList<>(List.of("classify", "--model", "tiny"));
    args.addAll(List.of("--repository", folder.resolve("models").toString()));
    args.addAll(List.of(more));
    return CapturedRun.of(args.toArray(String[]::new));
  }

  private Path image(String name) throws IOException {
    Path file = folder.resolve(name);
    ImageIO.write(new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    return file;
  }

  private static List<String> fields(JsonNode json) {
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
