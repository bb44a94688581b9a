package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CifarModel;
import dev.millrace.service.command.RandomModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeCommandTest {

  @TempDir private Path folder;

  /**
   * The command calibrates with 300 images, and judges the result with the other 700 images. Then
   * {@code models compare} measures the result with all 1,000 images.
   */
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
    int lost = quantization.at("/judgement/changes/lost").asInt();
    int gained = quantization.at("/judgement/changes/gained").asInt();
    assertThat((lost - gained) / 700.0).isCloseTo(before - after, within(1e-9));
    assertThat(quantization.at("/judgement/changes/bound").asDouble())
        .isGreaterThan(100 * (before - after));
    assertThat(run.err())
        .contains("only float32 is right about " + lost + " of them, and only int8 about " + gained)
        .containsPattern("so the loss is at most \\d\\.\\d\\d points with 95 % confidence");
    assertThat(manifest.at("/metrics/accuracy").asDouble()).isEqualTo(after);
    assertThat(quantization.at("/speed/int8").asDouble()).isPositive();
    assertThat(manifest.get("files").has("reference-answers.bin")).isTrue();
    assertThat(Files.size(repository().resolve("cifar/2/model.onnx")))
        .isLessThan(Files.size(repository().resolve("cifar/1/model.onnx")) / 2);
    assertThat(run.err()).contains("700 held-out images", "images/s on one thread");
    assertThat(manifest.at("/calibration/images").asInt()).isEqualTo(700);
    assertThat(manifest.at("/calibration/temperature").asDouble()).isBetween(2.0, 2.6);
    assertThat(manifest.at("/evaluation/ece/value").asDouble())
        .isLessThan(manifest.at("/calibration/before/ece/value").asDouble() - 0.01);

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
    Path copies = images(130);

    CapturedRun run =
        quantize(
                "m",
                images(130),
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
    assertThat(judgement.get("images").asInt()).as("no image that calibrates").isEqualTo(100);
    assertThat(judgement.has("float32")).isFalse();
    assertThat(run.json().get("metrics")).isEmpty();
    assertThat(run.err()).contains("the same answer as float32 to ");
  }

  /**
   * The temperature divides the logits in the model's graph, both before and after the
   * quantisation.
   */
  @Test
  void temperature_staysIfTheClassesAreUnknown_andIsFittedIfTheyAreKnown() throws IOException {
    RandomModel.publish(repository(), "m");
    Path data = folder.resolve("labelled");
    Files.createDirectories(data);
    Files.move(images(130), data.resolve("c0"));
    JsonNode calibrated =
        models("calibrate", "--model", "m", "--data", data.toString(), "--json").succeeded().json();
    double temperature = calibrated.at("/calibration/temperature").asDouble();

    JsonNode unknown =
        quantize("m", images(130), "--images", "30", "--max-loss", "100", "--json")
            .succeeded()
            .json();
    JsonNode known =
        quantize(
                "m",
                data,
                "--version",
                "2",
                "--images",
                "30",
                "--max-loss",
                "100",
                "--json",
                "--reduce-range")
            .succeeded()
            .json();

    assertThat(unknown.get("parentVersion").asInt()).isEqualTo(2);
    assertThat(unknown.at("/calibration")).isEqualTo(calibrated.at("/calibration"));
    assertThat(unknown.has("evaluation")).isFalse();
    assertThat(known.get("parentVersion").asInt()).isEqualTo(2);
    assertThat(known.at("/calibration/images").asInt()).isEqualTo(100);
    assertThat(known.at("/evaluation/n").asInt()).isEqualTo(100);
    assertThat(known.at("/calibration/temperature").asDouble())
        .as("the product of both versions' temperatures")
        .isPositive()
        .isNotEqualTo(temperature);
    assertThat(known.at("/evaluation/logLoss/value").asDouble())
        .isLessThan(known.at("/calibration/before/logLoss/value").asDouble());
    assertThat(models("verify", "--model", "m").succeeded().out()).contains("is sound");
    assertThat(models("calibrate", "--model", "m", "--data", data.toString()).failureLine())
        .contains("m version 4 is quantised", "calibrate the float32 version");
    assertThat(repository().resolve("m/5")).doesNotExist();
  }

  /**
   * The test removes parts of the manifest, because a later release or another program may leave
   * them out.
   */
  @Test
  void manifestWithMissingParts_isShown_andItsVersionIsRefusedInWords() throws IOException {
    RandomModel.publish(repository(), "m");
    quantize("m", images(130), "--images", "30", "--max-loss", "100").succeeded();
    Path file = repository().resolve("m/2/millrace.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode manifest = (ObjectNode) json.readTree(file.toFile());
    ObjectNode quantization = (ObjectNode) manifest.get("quantization");
    quantization.remove(List.of("method", "calibration", "judgement", "speed", "floatLayers"));
    manifest.remove("parentVersion");
    manifest.putObject("calibration").put("temperature", 1.5).put("images", 7);
    manifest.putObject("evaluation").put("n", 9);
    json.writeValue(file.toFile(), manifest);

    assertThat(models("show", "--model", "m").succeeded().out())
        .contains("int8, unknown calibration with unknown images")
        .containsPattern("judged by +unknown")
        .containsPattern("speed +unknown")
        .containsPattern("top-1 +unknown")
        .containsPattern("temperature +1.500, fitted on 7 images\n +without +unknown")
        .doesNotContain("null");
    assertThat(models("list").succeeded().out()).contains("32x32").doesNotContain("null");
    assertThat(quantize("m", folder).failureLine())
        .contains("is already quantised; name the float32 version with --version");
  }

  /** The 8-bit ResNet-20 gives other answers than the float32 version for several of 960 images. */
  @Test
  void resultThatLosesTooMuch_isNotPublished_andTheWorstLayersAreNamed() throws IOException {
    CifarModel.publish(repository());
    Path images = folder.resolve("images");
    // The folders of the images do not count as classes, because they are inside another folder.
    CifarModel.images(Files.createDirectories(images.resolve("unknown/place")));

    CapturedRun run = quantize("cifar", images, "--images", "40", "--max-loss", "0");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines().get(run.errLines().size() - 1))
        .contains("was not published: a loss of ", " points was measured")
        .contains("(the same answer as float32 to ", "of 960 held-out images)")
        .contains("--max-loss allows 0.0")
        .containsPattern("do the most damage: ((Conv|Gemm) \\S+(, )?){3}")
        .contains(
            "Calibrate with more images (--images), allow a larger loss, or serve the float32");
    assertThat(repository().resolve("cifar/2")).doesNotExist();
  }

  /**
   * The tuning shows no loss, because all calibration images have a class that float32 never gives.
   * The judging images have the classes that float32 gives.
   */
  @Test
  void resultThatLosesTooMuch_isFollowedByAMoreAccurateOne() throws IOException {
    RandomModel.publishWithWideActivation(repository(), "m");
    Path judging = byAnswer("m", images(300, 1000));
    Path calibrating = Files.createDirectories(folder.resolve("calibrating"));
    Files.move(images(60), calibrating.resolve(classWithoutImages(judging)));

    CapturedRun run =
        quantize("m", calibrating, "--data", judging.toString(), "--max-loss", "3", "--json")
            .succeeded();

    assertThat(run.err())
        .containsPattern("a loss of \\d+\\.\\d+ points was measured, but 3.0 are allowed");
    JsonNode quantization = run.json().get("quantization");
    assertThat(quantization.get("floatLayers")).hasSize(2);
    assertThat(quantization.at("/judgement/int8/value").asDouble()).isGreaterThan(0.97);
  }

  /** Moves images into folders named after the classes that a model gives them. */
  private Path byAnswer(String model, Path images) throws IOException {
    Path sorted = Files.createTempDirectory(folder, "sorted");
    CapturedRun answers =
        CapturedRun.of(
                "classify",
                images.toString(),
                "--model",
                model,
                "--repository",
                repository().toString(),
                "--json")
            .succeeded();
    for (String line : answers.outLines()) {
      JsonNode answer = new ObjectMapper().readTree(line);
      Path image = Path.of(answer.get("id").asText());
      Path place = Files.createDirectories(sorted.resolve(answer.at("/top/0/label").asText()));
      Files.move(image, place.resolve(image.getFileName()));
    }
    return sorted;
  }

  private static String classWithoutImages(Path sorted) {
    return IntStream.range(0, 10)
        .mapToObj(i -> "c" + i)
        .filter(name -> Files.notExists(sorted.resolve(name)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tooFewImages_areRefused() throws IOException {
    RandomModel.publish(repository(), "m");

    assertThat(lastLine(quantize("m", images(19), "--images", "500")))
        .contains(
            "has 19 different images that calibrate the model (--images), but at least 20 are needed");
    assertThat(lastLine(quantize("m", images(129), "--images", "30")))
        .contains("has 99 different images that do not calibrate the model and can judge it")
        .contains("at least 100 are needed to measure a loss of at most 2.0 points", "--data");
    Path labelled = Files.createDirectories(folder.resolve("labelled"));
    Files.move(images(229), labelled.resolve("c0"));
    assertThat(quantize("m", labelled, "--images", "30").err())
        .contains("all images that judge the model have the class c0, so the loss of accuracy on")
        .contains("has 199 different images that do not calibrate the model and can judge it")
        .contains("at least 200 are needed to measure a loss of at most 0.5 points (--max-loss)");
    assertThat(quantize("m", labelled, "--images", "30", "--held-out", "199").err())
        .contains("--held-out: 199 must be at least 200 to measure a loss of at most 0.5 points");
    assertThat(quantize("m", folder, "--max-loss", "1", "--held-out", "99").usageLine())
        .contains("--held-out: 99 must be at least 100 to measure a loss of at most 1.0 points");
  }

  @Test
  void byDefault_halfOfAFewImagesCalibrate() throws IOException {
    RandomModel.publish(repository(), "m");

    assertThat(quantize("m", images(210), "--max-loss", "100").succeeded().err())
        .contains("calibration with 105 images")
        .contains("of 105 held-out images");
  }

  /** Copies and unreadable images neither calibrate nor judge. */
  @Test
  void byDefault_halfOfTheDifferentReadableImagesCalibrate() throws IOException {
    RandomModel.publish(repository(), "m");
    Path stored = withCopies(images(210), 1);
    for (int i = 0; i < 20; i++) {
      Files.writeString(stored.resolve("broken" + i + ".png"), "no image " + i);
    }

    assertThat(quantize("m", stored, "--max-loss", "100").succeeded().err())
        .contains("calibration with 105 images")
        .contains("of 105 held-out images");
  }

  /** With names in a wrong order, both versions seem to be wrong about nearly all images. */
  @Test
  void classesInAWrongOrder_areRefused() throws IOException {
    CifarModel.publish(repository());
    Path images = CifarModel.images(folder.resolve("images"));
    List<String> names = new ArrayList<>(Files.readAllLines(CifarModel.labels()));
    Collections.rotate(names, 1);
    Path classes = Files.write(folder.resolve("classes.txt"), names);

    CapturedRun run = quantize("cifar", images, "--images", "40", "--classes", classes.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines().get(run.errLines().size() - 1))
        .contains("cifar version 1 classifies only ", " of 960 images correctly")
        .contains("no more than guessing among 10 classes, so a loss of accuracy cannot show")
        .contains("check the names of the folders, and the names and their order in --classes");
    assertThat(repository().resolve("cifar/2")).doesNotExist();
  }

  /** Only the images that judge have known classes, so every other answer counts as a loss. */
  @Test
  void tuning_isAsStrictAsJudging_ifOnlyTheJudgingImagesHaveClasses() throws IOException {
    CifarModel.publish(repository());
    Path images = CifarModel.images(folder.resolve("images"));
    Path unknown = Files.createDirectories(folder.resolve("unknown"));
    try (Stream<Path> files = Files.walk(images)) {
      for (Path image : files.filter(Files::isRegularFile).limit(100).toList()) {
        Files.copy(image, unknown.resolve(image.getFileName()));
      }
    }

    CapturedRun run = quantize("cifar", unknown, "--data", images.toString());

    assertThat(run.err()).contains("at most 0.5 % of the tuning images may get another answer");
  }

  @Test
  void tuning_countsOtherAnswers_ifOnlyTheCalibrationImagesHaveClasses() throws IOException {
    CifarModel.publish(repository());
    Path images = CifarModel.images(folder.resolve("images"));
    Path unknown = Files.createDirectories(folder.resolve("unknown/place"));
    CifarModel.images(unknown);

    CapturedRun run =
        quantize("cifar", images, "--images", "40", "--data", unknown.getParent().toString());

    assertThat(run.err()).contains("at most 2.0 % of the tuning images may get another answer");
  }

  @Test
  void copiesOfAnImage_countOnce() throws IOException {
    RandomModel.publish(repository(), "m");
    Path data = images(40, 1000);

    assertThat(lastLine(quantize("m", withCopies(images(4), 100))))
        .contains("has 2 different images that calibrate the model (--images)");
    assertThat(quantize("m", images(30), "--data", withCopies(data, 3).toString()).err())
        .contains("has 40 different images that do not calibrate the model and can judge it");
  }

  @Test
  void imagesThatCannotBeRead_doNotJudge() throws IOException {
    RandomModel.publish(repository(), "m");
    Path judging = images(100, 1000);
    Files.writeString(judging.resolve("1042.png"), "no image");

    CapturedRun run = quantize("m", images(30), "--data", judging.toString(), "--max-loss", "100");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("only 99 of the images that judge the model can be read");
    assertThat(repository().resolve("m/2")).doesNotExist();
  }

  @Test
  void missingFolder_isRefused() throws IOException {
    RandomModel.publish(repository(), "m");

    assertThat(quantize("m", folder.resolve("nothing")).failureLine())
        .contains("--calibrate: there is no folder ");
    assertThat(quantize("m", images(20), "--max-loss", "-1").usageLine())
        .contains("--max-loss: -1.0 must be from 0 to 100");
  }

  /**
   * Returns the line with the reason of a failure. The line before it says that the images have no
   * known classes.
   */
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
    return images(count, 0);
  }

  private Path images(int count, int firstSeed) throws IOException {
    Path images = Files.createTempDirectory(folder, "images");
    for (int i = 0; i < count; i++) {
      write(images, firstSeed + i);
    }
    return images;
  }

  /** Copies each image in a folder, and returns the folder. */
  private static Path withCopies(Path folder, int copies) throws IOException {
    List<Path> images;
    try (Stream<Path> files = Files.list(folder)) {
      images = files.toList();
    }
    for (Path image : images) {
      for (int i = 0; i < copies; i++) {
        Files.copy(image, folder.resolve(i + "-" + image.getFileName()));
      }
    }
    return folder;
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
