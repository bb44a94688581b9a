package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.OnnxWeights;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the import of a model into the repository, and the output of the commands about the model.
 */
class ModelsCommandTest {

  private static final ResNet NETWORK = ResNet.of("resnet20");

  @TempDir Path folder;
  private Path repository;
  private Path onnx;
  private Path labels;

  @BeforeEach
  void makeModel() throws IOException {
    repository = folder.resolve("models");
    onnx =
        Files.write(
            folder.resolve("resnet20.onnx"),
            ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1)));
    labels = Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  }

  @Test
  void importedModel_isListedShownAndSound() {
    assertThat(importModel().succeeded().out()).isEqualToIgnoringNewLines("1");
    assertThat(importModel("--json").succeeded().json().get("version").asInt()).isEqualTo(2);

    assertThat(models("list").succeeded().outLines())
        .satisfiesExactly(
            headings -> assertThat(headings).startsWith("MODEL  VERSION  ACCURACY  AGE"),
            first -> assertThat(first).matches("tiny +1 +\\d+ seconds? +32x32 +10"),
            second -> assertThat(second).matches("tiny +2 +\\d+ seconds? +32x32 +10"));
    JsonNode listed = models("list", "--json").succeeded().json().get("tiny");
    assertThat(listed).hasSize(2);
    assertThat(listed.get(1).get("version").asInt()).isEqualTo(2);
    assertThat(listed.get(1).get("classes").asInt()).isEqualTo(10);
    assertThat(listed.get(1).has("promoted")).as("no broker was given").isFalse();

    assertThat(models("show", "--model", "tiny").succeeded().out())
        .startsWith("tiny version 2")
        .contains("imported from resnet20.onnx, sha256 ", "10: a, b, c, d, e, f, g, h, i, j");
    JsonNode manifest =
        models("show", "--model", "tiny", "--version", "1", "--json").succeeded().json();
    assertThat(manifest.get("name").asText()).isEqualTo("tiny");
    assertThat(manifest.get("version").asInt()).isEqualTo(1);

    assertThat(models("verify", "--model", "tiny").succeeded().outLines())
        .singleElement()
        .asString()
        .startsWith("tiny version 2 is sound: ");
    JsonNode check = models("verify", "--model", "tiny", "--json").succeeded().json();
    assertThat(check.get("sha256")).isEqualTo(manifest.get("sha256"));
    assertThat(check.get("classes").asInt()).isEqualTo(10);
    assertThat(check.get("inputWidth").asInt()).isEqualTo(32);
    assertThat(check.get("inputHeight").asInt()).isEqualTo(32);
  }

  @Test
  void modelInATritonRepository_isListedShownAndSound() throws IOException {
    Path home = repository.resolve("tiny");
    Files.copy(onnx, Files.createDirectories(home.resolve("1")).resolve("model.onnx"));
    Files.copy(labels, home.resolve("labels.txt"));
    Files.writeString(
        home.resolve("config.pbtxt"), "max_batch_size: 4 input { dims: [ 3, 32, 32 ] }");
    Files.createDirectories(repository.resolve("other/1"));

    assertThat(models("list").succeeded().outLines())
        .satisfiesExactly(
            headings -> assertThat(headings).startsWith("MODEL"),
            other -> assertThat(other).matches("other +1 +cannot be read: there is.*"),
            tiny -> assertThat(tiny).matches("tiny +1 .*32x32 +10"));
    assertThat(models("show", "--model", "tiny").succeeded().out())
        .contains(
            "triton from model.onnx",
            "cropped from a shorter side of 32",
            "ImageNet's unless the parameters in config.pbtxt say others",
            "at most 4 images");
    assertThat(models("verify", "--model", "tiny").succeeded().outLines())
        .singleElement()
        .asString()
        .startsWith("tiny version 1 is sound: ");
  }

  @Test
  void corruptModel_isRefused() throws IOException {
    importModel().succeeded();
    Path file = repository.resolve("tiny/1/model.onnx");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThat(models("verify", "--model", "tiny").failureLine())
        .contains("tiny version 1 is corrupt", "import the model again");
  }

  @Test
  void repository_missing() {
    for (String command : List.of("list", "show", "verify")) {
      String[] options = command.equals("list") ? new String[0] : new String[] {"--model", "tiny"};
      assertThat(models(command, options).failureLine())
          .contains(repository.toString(), "'millrace models import'");
    }
  }

  @Test
  void model_missing() {
    importModel().succeeded();

    assertThat(models("show", "--model", "other").failureLine())
        .contains("other", "'millrace models import'");
    assertThat(models("show", "--model", "tiny", "--version", "7").failureLine())
        .contains("has no version 7", "[1]");
  }

  @Test
  void repository_empty() throws IOException {
    Files.createDirectories(repository);

    assertThat(models("list").succeeded().outLines())
        .singleElement()
        .asString()
        .contains("no models in " + repository, "'millrace models import'");
    assertThat(models("list", "--json").succeeded().out()).isEqualToIgnoringNewLines("{}");
  }

  @Test
  void weights_ofAnArchitecture_areImported() throws IOException {
    onnx = folder.resolve("resnet20.safetensors");
    WeightsFile.write(onnx, HeInitialization.of(NETWORK, 1));

    assertThat(importWeights("--arch", "resnet20").succeeded().err())
        .contains("tiny version 1: input NCHW float32, 32x32 pixels, 10 classes");
    assertThat(importWeights("--arch", "resnet20", "--precision", "fp16").succeeded().err())
        .contains("tiny version 2: input NCHW float16");
    assertThat(importWeights("--arch", "resnet20", "--batch-norm", "folded").succeeded().err())
        .contains("tiny version 3: input NCHW float32");
    assertThat(models("show", "--model", "tiny").succeeded().out())
        .contains(
            "imported from resnet20.safetensors",
            "32x32 pixels, cropped from a shorter side of 32");
    assertThat(
            OnnxWeights.read(Files.readAllBytes(repository.resolve("tiny/1/model.onnx"))).tensors())
        .isEqualTo(HeInitialization.of(NETWORK, 1).tensors());
    assertThat(Files.size(repository.resolve("tiny/2/model.onnx")))
        .isLessThan(Files.size(repository.resolve("tiny/1/model.onnx")) * 6 / 10);
  }

  @Test
  void weights_inAnOnnxFile_areImportedInAnotherPrecision() {
    assertThat(importWeights("--arch", "resnet20", "--precision", "fp16").succeeded().err())
        .contains("tiny version 1: input NCHW float16, 32x32 pixels, 10 classes");
  }

  /** The weights of both stems have the same shapes, so the model would give wrong answers. */
  @Test
  void weights_inAnOnnxFileWithAnotherStem() throws IOException {
    ResNet halved = NETWORK.withStem(Stem.CIFAR_HALVED);
    Files.write(onnx, ResNetOnnx.write(halved, HeInitialization.of(halved, 1)));

    assertThat(importWeights("--arch", "resnet20").failureLine())
        .contains(
            onnx + ": the convolution of conv1.weight has a stride of 2, but that of resnet20",
            "import it without them");
    assertThat(repository).doesNotExist();
    assertThat(importModel().succeeded().err()).contains("tiny version 1");
  }

  @Test
  void weights_ofAnotherArchitecture() {
    assertThat(importWeights("--arch", "resnet20", "--shortcut", "B").failureLine())
        .contains(
            "the weights do not fit resnet20 with shortcuts B, 10 classes",
            "layer2.0.downsample.0.weight is missing");
    assertThat(importWeights("--arch", "vgg16").usageLine()).contains("'vgg16' is not one of");
    assertThat(repository).doesNotExist();
  }

  @Test
  void weights_withoutTheirArchitecture() {
    assertThat(importWeights("--precision", "fp16").usageLine()).contains("--arch");
    assertThat(importWeights("--arch", "resnet20", "--precision", "int8").usageLine())
        .contains("int8 needs images; ", "'millrace models quantize'");
    assertThat(importWeights("--arch", "resnet20", "--precision", "half").usageLine())
        .contains("expected one of [fp32, fp16] but was 'half'");
    onnx = folder.resolve("resnet20.npz");
    assertThat(importWeights().usageLine()).contains("resnet20.npz", "--arch");
  }

  @Test
  void import_withoutItsFiles() throws IOException {
    Files.delete(labels);
    assertThat(importModel().failureLine()).contains(labels.toString(), "--labels");

    Files.writeString(labels, "a\n");
    Files.delete(onnx);
    assertThat(importModel().failureLine()).contains(onnx.toString(), "ONNX file");
  }

  @Test
  void import_ofWhatIsNoModel() throws IOException {
    Files.writeString(onnx, "This is no model.");

    assertThat(importModel().failureLine())
        .startsWith("millrace models import: " + onnx + ": the file is not an ONNX model");
    Files.write(onnx, new byte[0]);
    assertThat(importModel().failureLine()).contains(onnx + " is an empty file, no ONNX model");
    assertThat(repository).doesNotExist();
  }

  @Test
  void import_withLabelsThatDoNotFit() throws IOException {
    Files.writeString(labels, "a\nb\n");

    assertThat(importModel().failureLine()).contains("10").contains("2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels.txt | a~b | 2 labels | one name a line",
        "labels.json | ['a','b','c'] | 3 labels | a JSON list",
        "labels.csv | id,name~0,a~1,b | 2 labels | CSV with a header, numbered"
      })
  void import_withLabelsThatDoNotFit_saysHowTheyWereRead(
      String name, String text, String count, String form) throws IOException {
    labels = Files.writeString(folder.resolve(name), text.replace("~", "\n").replace('\'', '"'));

    assertThat(importModel().failureLine())
        .contains("10 classes", count, "(the labels were read as " + form + ")");
  }

  @Test
  void import_ofAFileOfAnotherKind_namesIt() throws IOException {
    Files.writeString(onnx, "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n");
    assertThat(importModel().failureLine())
        .contains(onnx + " is a Git LFS pointer, not the file itself, no ONNX model; run 'git lfs");

    Files.write(onnx, new byte[] {0x1c, 0, 0, 0, 'T', 'F', 'L', '3'});
    assertThat(importModel().failureLine()).contains("is a TensorFlow Lite file (.tflite)");
    assertThat(importWeights("--arch", "resnet20").failureLine())
        .contains("is a TensorFlow Lite file (.tflite)");
    assertThat(repository).doesNotExist();
  }

  @Test
  void import_takesNamesAndPreprocessingFromTheFilesBeside() throws IOException {
    Files.delete(labels);
    Files.writeString(
        folder.resolve("config.json"),
        "{\"id2label\":{\"0\":\"k0\",\"1\":\"k1\",\"2\":\"k2\",\"3\":\"k3\",\"4\":\"k4\",\"5\":\"k5\",\"6\":\"k6\","
            + "\"7\":\"k7\",\"8\":\"k8\",\"9\":\"k9\"}}");
    Path processor =
        Files.writeString(
            folder.resolve("preprocessor_config.json"),
            "{\"image_processor_type\":\"ViTImageProcessor\",\"size\":{\"height\":32,\"width\":32},"
                + "\"resample\":3,\"image_mean\":[0.5,0.5,0.5],\"image_std\":[0.25,0.25,0.25]}");

    CapturedRun run =
        models(
                "import",
                onnx.toString(),
                "--model",
                "tiny",
                "--std",
                "0.5,0.5,0.5",
                "--exif",
                "ignore")
            .succeeded();

    assertThat(run.err())
        .contains(
            "preprocessing from " + onnx + ": size 32",
            "preprocessing from options: EXIF orientation ignore, std 0.5, 0.5, 0.5",
            "preprocessing from "
                + processor
                + ": fit squash, interpolation bicubic, mean 0.5, 0.5, 0.5",
            "preprocessing assumed: channels rgb",
            "labels from " + folder.resolve("config.json") + ": 10 labels, JSON with id2label");
    JsonNode kept =
        models("show", "--model", "tiny", "--json").succeeded().json().get("preprocessing");
    assertThat(kept.get("fit").asText()).isEqualTo("squash");
    assertThat(kept.get("interpolation").asText()).isEqualTo("bicubic");
    assertThat(kept.get("exif").asText()).isEqualTo("ignore");
    assertThat(kept.get("std").get(0).asDouble()).isEqualTo(0.5);
    assertThat(models("show", "--model", "tiny").succeeded().out())
        .contains(
            "32x32 pixels, squashed, bicubic, EXIF ignored, channels rgb",
            "[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]",
            "10: k0, k1");
  }

  @Test
  void import_withLabels_needsNoNamesOfAConfig() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"id2label\":{\"0\":\"a\",\"7\":\"b\"}}");
    importModel().succeeded();
    Path config = Files.writeString(folder.resolve("config.json"), "{} // not JSON");

    assertThat(importModel().failureLine()).contains(config + " is not valid JSON", "move it away");
  }

  @Test
  void import_withAWrongValueInAFile_isNoWrongUsage() throws IOException {
    Path processor =
        Files.writeString(
            folder.resolve("preprocessor_config.json"),
            "{\"image_processor_type\":\"ViTImageProcessor\",\"image_std\":[0,0,0]}");

    assertThat(importModel().failureLine()).contains(processor + ": image_std is [0,0,0]");
    Files.writeString(
        processor, "{\"image_processor_type\":\"ViTImageProcessor\",\"size\":[32,48]}");
    assertThat(importWeights("--arch", "resnet20").failureLine())
        .contains(processor + "", "size: 32x48 is not square");
  }

  @Test
  void import_withAPreset() {
    CapturedRun run =
        importWeights("--preset", "torchvision/efficientnet_b0", "--size", "32").succeeded();

    assertThat(run.err())
        .contains(
            "preprocessing from options: size 32",
            "preprocessing from preset torchvision/efficientnet_b0/IMAGENET1K_V1: fit crop, resize"
                + " 37, interpolation bicubic");
    assertThat(models("show", "--model", "tiny").succeeded().out())
        .contains("cropped from a shorter side of 37, bicubic, upright by EXIF, channels rgb");
    assertThat(importWeights("--preset", "torchvision/resnet51").usageLine())
        .contains("preset: torchvision has no network 'resnet51'");
  }

  @Test
  void import_withMeanOfBytes_isTheSameModel() {
    importModel().succeeded();
    CapturedRun run =
        importModel("--mean", "123.675,116.28,103.53", "--std", "58.395,57.12,57.375").succeeded();

    assertThat(run.err())
        .contains("(--mean and --std are on the 0..255 scale, and stored divided by 255)");
    JsonNode first = models("show", "--model", "tiny", "--version", "1", "--json").json();
    JsonNode second = models("show", "--model", "tiny", "--version", "2", "--json").json();
    assertThat(second.get("preprocessing")).isEqualTo(first.get("preprocessing"));
    assertThat(second.get("sha256")).isEqualTo(first.get("sha256"));
    assertThat(importModel("--mean", "123.675,116.28,103.53", "--std", "0.2,0.2,0.2").usageLine())
        .contains("mean: [123.675", "0..255", "0..1");
  }

  @Test
  void import_withOptionsThatContradictEachOther() {
    assertThat(importModel("--crop-pct", "0.9").usageLine()).contains("--resize", "--crop-pct");
    assertThat(importModel("--fit", "pad").usageLine()).contains("--fit crop");
    assertThat(importWeights("--size", "32", "--crop-pct", "87.5").usageLine())
        .contains("crop-pct: 87.5");
    assertThat(importWeights("--size", "32", "--fit", "stretch").usageLine()).contains("--fit");
  }

  @Test
  void import_withoutLabels_isWrongUsage() {
    assertThat(models("import", onnx.toString(), "--model", "tiny").usageLine())
        .contains("--labels", "config.json");
  }

  @Test
  void modelOfIndependentClasses_isImportedAndShownAsSuch() {
    CapturedRun run = importModel("--scores", "independent").succeeded();

    assertThat(run.err()).contains("10 classes, opset 13, independent classes, sigmoid appended");
    assertThat(models("show", "--model", "tiny").succeeded().out())
        .containsPattern("independent classes +10: a, b, c");
    assertThat(models("show", "--model", "tiny", "--json").succeeded().json().get("kind").asText())
        .isEqualTo("independent");
    assertThat(models("verify", "--model", "tiny").succeeded().out()).contains("is sound");
    assertThat(importModel("--json").succeeded().json().has("kind")).isFalse();
    assertThat(importModel("--scores", "percent").usageLine()).contains("--scores", "LOGITS");
    assertThat(importModel("--output", "other").failureLine())
        .contains("the model has no output 'other': name one of logits");
  }

  @Test
  void import_withMeansOfTwoChannels() {
    assertThat(importModel("--mean", "0.5,0.5").usageLine()).contains("mean");
  }

  @Test
  void version_mayBeInTheFile() throws IOException {
    importModel().succeeded();
    importModel().succeeded();
    Path file =
        Files.writeString(folder.resolve("millrace.properties"), "models.show.version = 1\n");

    assertThat(
            models("show", "--model", "tiny", "--config", file.toString()).succeeded().outLines())
        .startsWith("tiny version 1");
  }

  private CapturedRun importModel(String... more) {
    List<String> options = new ArrayList<>(List.of("--size", "32", "--resize", "32"));
    options.addAll(List.of(more));
    return importWeights(options.toArray(String[]::new));
  }

  /** Imports weights without {@code --size}, because the architecture sets the image size. */
  private CapturedRun importWeights(String... more) {
    List<String> options =
        new ArrayList<>(List.of(onnx.toString(), "--model", "tiny", "--labels", labels.toString()));
    options.addAll(List.of(more));
    return models("import", options.toArray(String[]::new));
  }

  private CapturedRun models(String command, String... options) {
    List<String> args = new ArrayList<>(List.of("models", command));
    args.addAll(List.of("--repository", repository.toString()));
    args.addAll(List.of(options));
    return CapturedRun.of(args.toArray(String[]::new));
  }
}
