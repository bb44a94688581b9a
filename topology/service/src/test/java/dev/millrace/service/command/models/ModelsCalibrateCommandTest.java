package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CifarModel;
import dev.millrace.service.command.RandomModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCalibrateCommandTest {

  @TempDir private Path folder;

  /**
   * JPEG compression lowers the accuracy of the network, but not its confidence. With images from
   * libjpeg, the calibration error is 0.118 before the calibration and 0.033 after it, and the best
   * temperature is 2.45. This test uses another JPEG encoder, so it allows small differences.
   */
  @Test
  void realModelOnJpegs_getsItsTemperature() throws Exception {
    CifarModel.publish(repository());
    Path images = jpegs(CifarModel.images(folder.resolve("images")));
    JsonNode before = run("evaluate", "cifar", images, "--json").succeeded().json();

    JsonNode manifest = run("models calibrate", "cifar", images, "--json").succeeded().json();

    assertThat(before.get("ece").asDouble()).isCloseTo(0.12, within(0.005));
    assertThat(manifest.at("/calibration/before/ece/value").asDouble())
        .isCloseTo(before.get("ece").asDouble(), within(1e-6));
    assertThat(manifest.at("/calibration/temperature").asDouble()).isCloseTo(2.45, within(0.1));
    assertThat(manifest.at("/calibration/changed").asInt()).isZero();
    assertThat(manifest.at("/evaluation/ece/value").asDouble()).isCloseTo(0.033, within(0.01));
    assertThat(manifest.at("/evaluation/logLoss/high").asDouble())
        .isLessThan(before.at("/logLoss/low").asDouble());
    assertThat(manifest.get("version").asInt()).isEqualTo(2);
    assertThat(manifest.get("parentVersion").asInt()).isEqualTo(1);

    JsonNode after = run("evaluate", "cifar", images, "--json").succeeded().json();
    assertThat(after.get("top1")).isEqualTo(before.get("top1"));
    assertThat(after.get("ece").asDouble())
        .isCloseTo(manifest.at("/evaluation/ece/value").asDouble(), within(0.01));

    JsonNode again = run("models calibrate", "cifar", images, "--json").succeeded().json();
    assertThat(again.at("/calibration/temperature").asDouble())
        .as("the temperature in the graph, not the last factor")
        .isCloseTo(manifest.at("/calibration/temperature").asDouble(), within(0.1));
  }

  @Test
  void text_hasTheMeasuresOnStandardError_andTheVersionOnStandardOutput() throws IOException {
    RandomModel.publish(repository(), "tiny");
    Path data = images(100);

    CapturedRun run = run("models calibrate", "tiny", data).succeeded();

    assertThat(run.out().strip()).isEqualTo("2");
    assertThat(run.err())
        .contains("tiny version 2 on 100 images", "top-1", "95 % interval", "temperature")
        .contains("other answers");
    assertThat(
            CapturedRun.of(
                    "models", "show", "--model", "tiny", "--repository", repository().toString())
                .succeeded()
                .out())
        .contains("calibration from tiny/1", "measured on 100 images", "temperature");
  }

  @Test
  void independentClasses_areRefused() throws IOException {
    RandomModel.publish(repository(), "tiny", 10, 1, "--scores", "independent");

    assertThat(run("models calibrate", "tiny", images(100)).failureLine())
        .contains("independent classes");
  }

  @Test
  void fewImages_areRefused_alsoIfTheyCannotBeRead() throws IOException {
    RandomModel.publish(repository(), "tiny");
    String line = "--data has 99 images that can be read, but a temperature needs at least 100";

    assertThat(run("models calibrate", "tiny", images(99)).failureLine()).contains(line);

    Path data = images(100);
    Files.writeString(data.resolve("c0/7.png"), "no image");
    CapturedRun run = run("models calibrate", "tiny", data);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(line);
    assertThat(repository().resolve("tiny/2")).doesNotExist();
  }

  /** Writes images of one class. */
  private Path images(int count) throws IOException {
    Path data = Files.createTempDirectory(folder, "data");
    Files.createDirectories(data.resolve("c0"));
    for (int i = 0; i < count; i++) {
      ImageIO.write(
          new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB),
          "png",
          data.resolve("c0/" + i + ".png").toFile());
    }
    return data;
  }

  /** Writes each image as a JPEG of quality 75, with chroma at half the resolution. */
  private static Path jpegs(Path images) throws IOException {
    try (Stream<Path> walk = Files.walk(images)) {
      for (Path png : walk.filter(file -> file.toString().endsWith(".png")).toList()) {
        Path jpeg = Path.of(png.toString().replace(".png", ".jpg"));
        ImageIO.write(ImageIO.read(png.toFile()), "jpg", jpeg.toFile());
        Files.delete(png);
      }
    }
    return images;
  }

  private CapturedRun run(String command, String model, Path data, String... more) {
    List<String> args = new ArrayList<>(List.of(command.split(" ", -1)));
    args.addAll(List.of("--model", model, "--repository", repository().toString()));
    args.addAll(List.of("--data", data.toString()));
    args.addAll(List.of(more));
    return CapturedRun.of(args.toArray(String[]::new));
  }

  private Path repository() {
    return folder.resolve("models");
  }
}
