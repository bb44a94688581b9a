package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.repository.WeightFile;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.training.Encoder;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.ModelOption;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TransferOptionsTest {

  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final Preprocessing IMAGES =
      new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

  private static final List<Float> HALVES = List.of(0.5f, 0.5f, 0.5f);

  @TempDir private Path folder;

  @Test
  void versionWithWeightsBesideItsModelFile_isRefusedAsAStart() throws IOException {
    Path weights = Files.writeString(folder.resolve("weights"), "weights");
    var unused =
        new ModelRepository(folder)
            .publish(
                "m",
                new ModelFiles(
                    new byte[] {1},
                    Map.of("weights-1.bin", new WeightFile(weights, Sha256.of(weights)))),
                IMAGES,
                new Labels(List.of("a", "b")),
                new Provenance(
                    new ModelManifest.Source("import", null, null), null, Map.of(), null),
                null);
    TransferOptions options =
        CommandLine.populateCommand(new TransferOptions(), "--from-version", "1");

    assertThatThrownBy(() -> options.pretrained(options.version(model()), NETWORK, IMAGES))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "m version 1 keeps its weights in weights-1.bin, because they are too large for one"
                + " file, and no training starts from such a version; choose another version, or"
                + " give the weights with --from-weights");
  }

  private ModelOption model() {
    return CommandLine.populateCommand(
        new ModelOption(), "--model", "m", "--repository", folder.toString());
  }

  private Path encoder() {
    Weights all = HeInitialization.of(NETWORK, 1);
    Map<String, WeightTensor> weights = new LinkedHashMap<>();
    Encoder.parameters(NETWORK)
        .forEach(parameter -> weights.put(parameter.name(), all.get(parameter.name())));
    Path file = folder.resolve("encoder.safetensors");
    new Encoder(
            new Weights(weights),
            Encoder.architecture(NETWORK),
            Encoder.normalization(IMAGES),
            new Lineage(
                Map.of(), Map.of(), 1, 1, "He", 1, 0, new Lineage.Data("", List.of(1)), Map.of()),
            new PretrainingReport(1, 0.1, -0.5, 1.0, null, 0, null, 0, 10))
        .write(file);
    return file;
  }

  private static Pretrained start(ResNet network, String... options) {
    return CommandLine.populateCommand(new TransferOptions(), options)
        .pretrained(Optional.empty(), network, IMAGES)
        .orElseThrow();
  }

  @Test
  void encoder_isAStart_andItsChecksumIsNamed() throws IOException {
    Path file = encoder();

    Pretrained start = start(NETWORK.withSize(32), "--from-encoder", file.toString());

    assertThat(start.weights().names()).contains("conv1.weight").doesNotContain("fc.weight");
    assertThat(start.origin()).isEqualTo("encoder.safetensors with sha256 " + Sha256.of(file));
    assertThat(start.parentVersion()).isNull();
  }

  /** A file's name says little, because another file may replace the file. */
  @Test
  void fileOfWeights_isAStart_andItsChecksumIsNamed() throws IOException {
    Path file = encoder();

    Pretrained start = start(NETWORK, "--from-weights", file.toString());

    assertThat(start.origin()).isEqualTo("encoder.safetensors with sha256 " + Sha256.of(file));
  }

  @Test
  void fileOfWeights_thatIsMissing_isRefused_withTheFormatsThatAreRead() {
    for (String name : List.of("none.onnx", "none.npz", "none")) {
      Path missing = folder.resolve(name);
      assertThatThrownBy(() -> start(NETWORK, "--from-weights", missing.toString()))
          .isInstanceOf(CommandException.class)
          .hasMessage(
              "there is no " + missing + "; name a .safetensors, .npz or .onnx file of weights");
    }
  }

  @Test
  void versionAsAStart_isNamedWithItsChecksum() {
    ModelVersion version = publish(IMAGES);

    assertThat(config("--from-version=1").pretrained().orElseThrow().origin())
        .isEqualTo("m version 1 with sha256 " + version.sha256());
  }

  /** Publishes a version that takes images with the given preprocessing. */
  private ModelVersion publish(Preprocessing preprocessing) {
    ResNet network = NETWORK.withSize(preprocessing.width()).withClasses(2);
    return new ModelRepository(folder)
        .publish(
            "m",
            ResNetOnnx.write(network, HeInitialization.of(network, 1)),
            preprocessing,
            new Labels(List.of("a", "b")),
            new Provenance(new ModelManifest.Source("training", null, null), null, Map.of(), null));
  }

  private TrainingConfig config(String... options) {
    TrainCommand train = new TrainCommand();
    List<String> arguments =
        new ArrayList<>(List.of("--data=x", "--model=m", "--repository=" + folder));
    arguments.addAll(List.of(options));
    new CommandLine(train).parseArgs(arguments.toArray(String[]::new));
    return train.config();
  }

  @Test
  void versionAsAStart_passesItsPreprocessingOn() {
    Preprocessing halves =
        new Preprocessing(
            28,
            28,
            36,
            Preprocessing.Fit.CROP,
            Preprocessing.Interpolation.BICUBIC,
            Preprocessing.Exif.IGNORE,
            Preprocessing.Channels.RGB,
            Preprocessing.UNIT_SCALE,
            HALVES,
            HALVES);
    publish(halves);

    TrainingConfig config = config("--from-version=1");
    assertThat(config.preprocessing()).isEqualTo(halves);
    assertThat(config.network().size()).isEqualTo(28);
    assertThat(config.options()).containsEntry("mean", "0.5,0.5,0.5");
    assertThat(config("--from-version=1", "--mean=0.5,0.5,0.5", "--resize=40").preprocessing())
        .returns(40, Preprocessing::resize)
        .returns(HALVES, Preprocessing::mean);
    assertThat(config("--from-version=1", "--size=32").preprocessing())
        .returns(32, Preprocessing::width)
        .returns(Preprocessing.usualResize(32), Preprocessing::resize)
        .returns(HALVES, Preprocessing::std);
  }

  @Test
  void versionAsAStart_withAnotherNormalization_isRefused() {
    publish(new Preprocessing(32, 32, HALVES, HALVES));

    assertThatThrownBy(() -> config("--from-version=1", "--std=0.2,0.2,0.2"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "m version 1 was trained with mean [0.5, 0.5, 0.5] and std [0.5, 0.5, 0.5], but the"
                + " images would have mean [0.5, 0.5, 0.5] and std [0.2, 0.2, 0.2]; leave out"
                + " --mean and --std");
  }

  @Test
  void frozenPartThatTheNetworkLacks_isRefused() {
    publish(IMAGES);

    assertThatThrownBy(() -> config("--from-version=1", "--freeze=layer1,layer4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "freeze: resnet20 has no layer4; its parts are stem, layer1, layer2 and layer3");
  }

  @Test
  void encoderOfAnotherNetwork_isRefused_withTheFilesName() {
    String file = encoder().toString();

    assertThatThrownBy(() -> start(ResNet.of("resnet32"), "--from-encoder", file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": the encoder is resnet20 with shortcuts A and the stem")
        .hasMessageEndingWith("give the encoder's architecture, shortcut and stem");
  }

  /** The weights of both stems have the same shapes, so the training would begin unnoticed. */
  @Test
  void versionWithAnotherStem_isRefused() {
    publish(IMAGES);

    assertThatThrownBy(() -> config("--from-version=1", "--stem=CIFAR_HALVED"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "m version 1: the convolution of conv1.weight has a stride of 1, but that of resnet20"
                + " with shortcuts A, ")
        .hasMessageContaining(" has a stride of 2; give the architecture and stem of the file");
  }

  @Test
  void onnxFileWithAnotherStem_isRefused_withTheFilesName() throws IOException {
    Path file = folder.resolve("weights.onnx");
    Files.write(file, ResNetOnnx.write(NETWORK, HeInitialization.of(NETWORK, 1)));
    ResNet halved = NETWORK.withStem(Stem.CIFAR_HALVED);

    assertThatThrownBy(() -> start(halved, "--from-weights", file.toString()))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": the convolution of conv1.weight has a stride of 1, but");
    assertThat(start(NETWORK, "--from-weights", file.toString()).weights().names())
        .contains("conv1.weight");
  }

  @Test
  void encoderWithAnotherStem_isRefusedAsAFileOfWeights() {
    String file = encoder().toString();

    assertThatThrownBy(() -> start(NETWORK.withStem(Stem.CIFAR_HALVED), "--from-weights", file))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + " holds weights of resnet20 with shortcuts A and the stem cifar, but the network"
                + " is resnet20 with shortcuts A and the stem cifar_halved; give the architecture,"
                + " shortcut and stem of the weights");
  }

  /** Values above 65,504 become infinite in float16. */
  @Test
  void weightThatIsNotFinite_isNamedBeforeTheTraining() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Map<String, WeightTensor> tensors =
          new LinkedHashMap<>(HeInitialization.of(NETWORK, 1).tensors());
      float[] variances = new float[16];
      variances[3] = value;
      tensors.put("bn1.running_var", new WeightTensor(List.of(16), FloatBuffer.wrap(variances)));
      Path file = folder.resolve("half.safetensors");
      WeightsFile.write(file, new Weights(tensors));

      assertThatThrownBy(() -> start(NETWORK, "--from-weights", file.toString()))
          .isInstanceOf(ModelException.class)
          .hasMessage(
              file
                  + ": bn1.running_var holds the value "
                  + value
                  + ", so no training can start from it; export the weights again, in float32");
    }
  }

  @Test
  void twoStarts_areRefused() {
    assertThatThrownBy(() -> start(NETWORK, "--from-encoder", "a", "--from-weights", "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--from-version, --from-weights and --from-encoder are different starts; give one");
  }
}
