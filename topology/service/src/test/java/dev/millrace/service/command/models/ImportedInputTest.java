package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorShapeProto;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.DividedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests which values {@code models import} takes from the file and from the options, and which
 * values it assumes.
 */
class ImportedInputTest {

  private static final ResNet NETWORK = ResNet.of("resnet20");

  @TempDir Path folder;
  private ModelProto model;

  @BeforeEach
  void makeModel() throws IOException {
    Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    model = ModelProto.parseFrom(ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1)));
  }

  @Test
  void size_thatTheFileDeclares_isTaken() throws IOException {
    CapturedRun run = importModel().succeeded();

    assertThat(preprocessing(run).get("size").asInt()).isEqualTo(32);
    assertThat(run.err())
        .contains(
            "preprocessing from " + folder.resolve("model.onnx") + ": size 32",
            "preprocessing assumed: fit crop, resize 32, interpolation bilinear, EXIF orientation"
                + " apply, channels rgb, mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225");
  }

  @Test
  void size_thatNothingSays_is224_andSaid() throws IOException {
    model = shaped("n", "c", "h", "w");

    CapturedRun run = importModel().succeeded();

    assertThat(preprocessing(run).get("size").asInt()).isEqualTo(224);
    assertThat(run.err()).contains("assumed: size 224, fit crop, resize 256, ");
  }

  @Test
  void everythingGiven_assumesNothing() throws IOException {
    CapturedRun run =
        importModel(
                "--size",
                "32",
                "--resize",
                "32",
                "--mean",
                "0.5,0.5,0.5",
                "--std",
                "1,1,1",
                "--fit",
                "crop",
                "--interpolation",
                "bilinear",
                "--exif",
                "apply",
                "--channel-order",
                "rgb")
            .succeeded();

    assertThat(run.err()).doesNotContain("assumed");
  }

  /** Keras' models often begin with a division by 255. */
  @Test
  void modelThatNormalisesItself_isSaid_unlessOptionsSayHowToNormalise() throws IOException {
    ModelProto plain = model;
    model = DividedInput.of(plain, 255);

    assertThat(importModel().succeeded().err())
        .contains(
            "preprocessing may be applied twice: the model begins with Div by 255.0, which"
                + " normalises pixels of 0 to 255, and the mean and std above are applied before it;"
                + " give --scale 1, or confirm");
    assertThat(importModel("--scale", "1").succeeded().err()).doesNotContain("twice");
    assertThat(importModel("--mean", "0.5", "--std", "0.5").succeeded().err())
        .doesNotContain("twice");
    model = DividedInput.of(plain, 1);
    assertThat(importModel().succeeded().err()).doesNotContain("twice");
  }

  @Test
  void size_ofHeightAndWidth() throws IOException {
    model = shaped("n", "3", "h", "w");

    JsonNode preprocessing = preprocessing(importModel("--size", "48x192").succeeded());

    assertThat(preprocessing.get("height").asInt()).isEqualTo(48);
    assertThat(preprocessing.get("width").asInt()).isEqualTo(192);
    model = shaped("n", "3", "48", "192");
    assertThat(importModel("--size", "192x48").failureLine())
        .contains("a size is HEIGHTxWIDTH, here 48x192 (--size)");
    assertThat(importModel("--size", "large").usageLine()).contains("'large'", "48x192");
    assertThat(importModel("--size", "2147483647").usageLine())
        .contains("2147483647 is not between 1 and 4096 pixels");
    assertThat(importModel("--size", "0x8").usageLine()).contains("0 is not between 1 and 4096");
    assertThat(importModel("--size", "48x192", "--crop-pct", "0.9").usageLine())
        .contains("crop-pct", "not square", "--resize");
  }

  @Test
  void meanThatIsNotFinite_isWrongUsage() throws IOException {
    model = shaped("n", "3", "32", "32");

    assertThat(importModel("--mean", "Infinity,0,0").usageLine())
        .contains("mean: [Infinity, 0.0, 0.0] holds a value that is not a finite number");
    assertThat(importModel("--std", "NaN,1,1").usageLine()).contains("std: [NaN");
  }

  @Test
  void caffesPreprocessing() throws IOException {
    JsonNode preprocessing =
        preprocessing(
            importModel(
                    "--channel-order",
                    "bgr",
                    "--scale",
                    "1",
                    "--mean",
                    "104,117,123",
                    "--std",
                    "1,1,1")
                .succeeded());

    assertThat(preprocessing.get("channels").asText()).isEqualTo("bgr");
    assertThat(preprocessing.get("scale").asDouble()).isEqualTo(1);
    assertThat(preprocessing.get("mean").toString()).isEqualTo("[104.0,117.0,123.0]");
  }

  @Test
  void batchOfOne_isOpened_andSaid() throws IOException {
    model = shaped("1", "3", "32", "32");

    assertThat(importModel().succeeded().err()).contains(", batch axis opened");
  }

  @Test
  void weightsInAnotherFile_arePutInside() throws IOException {
    ModelProto.Builder outside = model.toBuilder();
    TensorProto.Builder weight = outside.getGraphBuilder().getInitializerBuilder(0);
    Files.write(folder.resolve("model.data"), weight.getRawData().toByteArray());
    weight
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("model.data"));
    model = outside.build();

    CapturedRun run = importModel().succeeded();
    Files.delete(folder.resolve("model.data"));

    assertThat(run.err()).contains(", weights of other files put inside");
    CapturedRun verified =
        CapturedRun.of(
            "models",
            "verify",
            "--repository",
            folder.resolve("models").toString(),
            "--model",
            "m");
    assertThat(verified.succeeded().out()).contains("is sound");
  }

  private ModelProto shaped(String... sizes) {
    ModelProto.Builder shaped = model.toBuilder();
    TensorShapeProto.Builder shape =
        shaped
            .getGraphBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder()
            .clearDim();
    for (String size : sizes) {
      if (Character.isDigit(size.charAt(0))) {
        shape.addDimBuilder().setDimValue(Long.parseLong(size));
      } else {
        shape.addDimBuilder().setDimParam(size);
      }
    }
    return shaped.build();
  }

  private static JsonNode preprocessing(CapturedRun run) {
    return run.json().get("preprocessing");
  }

  private CapturedRun importModel(String... more) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), model.toByteArray());
    List<String> args =
        new ArrayList<>(List.of("models", "import", file.toString(), "--model", "m", "--json"));
    args.addAll(List.of("--repository", folder.resolve("models").toString()));
    args.addAll(List.of("--labels", folder.resolve("labels.txt").toString()));
    args.addAll(List.of(more));
    return CapturedRun.of(args.toArray(String[]::new));
  }
}
