package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeCommandTest {

  @TempDir private Path folder;

  /** The 700 images that do not calibrate judge the result; then all 1,000 measure it again. */
  @Test
  void realModel_losesAtMostHalfAPointOnImagesThatDidNotCalibrateIt() throws IOException {
    CifarModel.publish(repository());
    Path images = CifarModel.images(folder.resolve("images"));

    CapturedRun run =
        quantize("cifar", images, "--images", "300", "--json", "--max-loss", "0.5").succeeded();

    JsonNode manifest = run.json();
    assertThat(manifest.get("version").asInt()).isEqualTo(2);
    assertThat(manifest.get("parentVersion").asInt()).isEqualTo(1);
    JsonNode quantization = manifest.get("quantization");
    assertThat(quantization.at("/calibration/images").asInt()).isEqualTo(300);
    assertThat(quantization.at("/calibration/sha256").asText()).hasSize(64);
    assertThat(quantization.at("/judgement/measure").asText()).isEqualTo("accuracy");
    assertThat(quantization.at("/judgement/images").asInt()).isEqualTo(700);
    double before = quantization.at("/judgement/float32/value").asDouble();
    double after = quantization.at("/judgement/int8/value").asDouble();
    assertThat(before).isBetween(0.88, 0.95);
    assertThat(before - after).isLessThanOrEqualTo(0.005);
    assertThat(manifest.at("/metrics/accuracy").asDouble()).isEqualTo(after);
    assertThat(quantization.at("/speed/int8").asDouble()).isPositive();
    assertThat(manifest.get("files").has("reference-answers.bin")).isTrue();
    assertThat(Files.size(repository().resolve("cifar/2/model.onnx")))
        .isLessThan(Files.size(repository().resolve("cifar/1/model.onnx")) / 2);
    assertThat(run.err()).contains("700 held-out images", "images/s on one thread");

    JsonNode compared =
        CapturedRun.of(
                "models",
                "compare",
                "1",
                "2",
                "--model",
                "cifar",
                "--data",
                images.toString(),
                "--repository",
                repository().toString(),
                "--json")
            .succeeded()
            .json();
    assertThat(compared.get("n").asInt()).isEqualTo(1000);
    assertThat(compared.at("/a/top1/value").asDouble() - compared.at("/b/top1/value").asDouble())
        .isLessThanOrEqualTo(0.005);
    assertThat(models("verify", "--model", "cifar").succeeded().out())
        .startsWith("cifar version 2 is sound");
    assertThat(models("show", "--model", "cifar").succeeded().out())
        .contains("quantised from the parent", "int8, ", "95 % interval");
    assertThat(quantize("cifar", images).failureLine())
        .contains("cifar version 2 is already quantised", "1, with --version");
  }

  @Test
  void imagesWithoutClasses_areJudgedByTheAgreementWithFloat32() throws IOException {
    RandomModel.publish(repository(), "m");
    Path copies = images(60);

    CapturedRun run =
        quantize(
                "m",
                images(60),
                "--images",
                "30",
                "--max-loss",
                "100",
                "--json",
                "--data",
                copies.toString())
            .succeeded();

    JsonNode judgement = run.json().at("/quantization/judgement");
    assertThat(judgement.get("measure").asText()).isEqualTo("agreement");
    assertThat(judgement.get("images").asInt()).as("no image that calibrates").isEqualTo(30);
    assertThat(judgement.has("float32")).isFalse();
    assertThat(run.json().get("metrics")).isEmpty();
    assertThat(run.err()).contains("the same answer as float32 to ");
  }

  /** The temperature divides the logits in the graph, before and after. */
  @Test
  void temperature_staysInTheManifest_andOnlyTheFloat32VersionGetsAnother() throws IOException {
    RandomModel.publish(repository(), "m");
    Path data = folder.resolve("labelled");
    Files.createDirectories(data);
    Files.move(images(30), data.resolve("c0"));
    JsonNode calibrated =
        models("calibrate", "--model", "m", "--data", data.toString(), "--json").succeeded().json();

    JsonNode quantised =
        quantize("m", images(60), "--images", "30", "--max-loss", "100", "--json")
            .succeeded()
            .json();

    assertThat(quantised.get("parentVersion").asInt()).isEqualTo(2);
    assertThat(quantised.at("/calibration/temperature").asDouble())
        .isEqualTo(calibrated.at("/calibration/temperature").asDouble())
        .isPositive();
    assertThat(models("calibrate", "--model", "m", "--data", data.toString()).failureLine())
        .contains("m version 3 is quantised", "calibrate the float32 version");
    assertThat(repository().resolve("m/4")).doesNotExist();
  }

  /** Of 960 images, the 8-bit ResNet-20 answers several differently. */
  @Test
  void resultThatLosesTooMuch_isNotPublished_andTheWorstLayerIsNamed() throws IOException {
    CifarModel.publish(repository());
    Path images = folder.resolve("images");
    // These folders are no classes, because they are in another folder.
    CifarModel.images(Files.createDirectories(images.resolve("unknown/place")));

    CapturedRun run = quantize("cifar", images, "--images", "40", "--max-loss", "0");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines().get(run.errLines().size() - 1))
        .contains("was not published: the same answer as float32 to ", "of 960 held-out images")
        .contains("--max-loss allows 0.0")
        .containsPattern("The most damaging layer is (Conv|Gemm) .*");
    assertThat(repository().resolve("cifar/2")).doesNotExist();
  }

  @Test
  void tooFewImages_areRefused() throws IOException {
    RandomModel.publish(repository(), "m");

    assertThat(lastLine(quantize("m", images(19), "--images", "500")))
        .contains("has 19 images that calibrate the model (--images), but at least 20 are needed");
    assertThat(lastLine(quantize("m", images(30), "--images", "30")))
        .contains("all 30 images of", "--images", "--data");
  }

  @Test
  void missingFolder_isRefused() throws IOException {
    RandomModel.publish(repository(), "m");

    assertThat(quantize("m", folder.resolve("nothing")).failureLine())
        .contains("--calibrate: there is no folder ");
    assertThat(quantize("m", images(20), "--max-loss", "-1").usageLine())
        .contains("--max-loss: -1.0 must be from 0 to 100");
  }

  /** Returns the reason of a failure; the line before it says that the images have no classes. */
  private static String lastLine(CapturedRun run) {
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.errLines().get(0)).contains("judged by their agreement");
    return run.errLines().get(1);
  }

  private Path repository() {
    return folder.resolve("models");
  }

  private Path images(int count) throws IOException {
    Path images = Files.createTempDirectory(folder, "images");
    for (int i = 0; i < count; i++) {
      write(images, i);
    }
    return images;
  }

  private static void write(Path folder, int seed) throws IOException {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    int colour = random.nextInt();
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, colour ^ random.nextInt(120));
    }
    ImageIO.write(image, "png", folder.resolve(seed + ".png").toFile());
  }

  private CapturedRun quantize(String model, Path images, String... more) {
    List<String> args =
        new ArrayList<>(List.of("quantize", "--model", model, "--calibrate", images.toString()));
    args.addAll(List.of(more));
    return models(args.toArray(String[]::new));
  }

  private CapturedRun models(String... more) {
    List<String> args = new ArrayList<>(List.of("models"));
    args.addAll(List.of(more));
    args.addAll(List.of("--repository", repository().toString()));
    return CapturedRun.of(args.toArray(String[]::new));
  }
}
