package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.core.resnet.Stem;
import dev.millrace.core.weights.WeightsFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTest {

  private static final ResNet NETWORK = ResNet.of("resnet20");
  private static final Preprocessing IMAGES = images(Preprocessing.IMAGENET_MEAN);

  @TempDir private Path folder;

  private static Preprocessing images(List<Float> mean) {
    return new Preprocessing(32, 32, mean, Preprocessing.IMAGENET_STD);
  }

  private static Encoder encoder(Proportion neighbours) {
    return encoderOf(
        new PretrainingReport(
            3, 0.1, -0.8, 0.9, null, 0, neighbours, neighbours == null ? 0 : 10, 100));
  }

  private static Encoder encoderOf(PretrainingReport report) {
    return new Encoder(
        Encoder.weights(NETWORK, HeInitialization.of(NETWORK, 1)),
        Encoder.architecture(NETWORK),
        Encoder.normalization(IMAGES),
        new Lineage(
            Map.of("method", "SimSiam"),
            Map.of(),
            1,
            2,
            "He",
            3,
            0,
            new Lineage.Data("digest", List.of(5)),
            Map.of("libtorch", "2")),
        report);
  }

  @Test
  void encoder_writtenAndRead_isTheSame() {
    Path file = folder.resolve("encoder.safetensors");
    for (Proportion neighbours : new Proportion[] {null, Proportion.of(7, 10)}) {
      encoder(neighbours).write(file);

      assertThat(Encoder.read(file)).isEqualTo(encoder(neighbours));
    }
  }

  @Test
  void encoderOfRotations_writtenAndRead_isTheSame() {
    Path file = folder.resolve("encoder.safetensors");
    Encoder rotations =
        encoderOf(new PretrainingReport(3, 0.1, 0.6, null, Proportion.of(7, 8), 8, null, 0, 100));

    rotations.write(file);

    assertThat(Encoder.read(file)).isEqualTo(rotations);
  }

  /** An earlier release wrote a report without rotations. */
  @Test
  void reportWithoutRotations_isRead() {
    Path file = folder.resolve("encoder.safetensors");
    encoder(Proportion.of(7, 10)).write(file);
    Map<String, String> metadata = new HashMap<>(WeightsFile.metadata(file));
    metadata.computeIfPresent(
        "millrace.report", (key, json) -> json.replace("\"rotations\":null,\"rotated\":0,", ""));
    assertThat(metadata.get("millrace.report")).doesNotContain("rotat");

    WeightsFile.write(file, encoder(Proportion.of(7, 10)).weights(), metadata);

    assertThat(Encoder.read(file)).isEqualTo(encoder(Proportion.of(7, 10)));
  }

  @Test
  void encoder_hasPyTorchsNames_andNoLastLayer() {
    assertThat(encoder(null).weights().names())
        .contains("conv1.weight", "bn1.running_mean", "layer3.2.bn2.weight")
        .noneMatch(name -> name.startsWith("fc"));
    assertThat(Encoder.features(NETWORK)).isEqualTo(64);
  }

  @Test
  void otherWeights_areNoEncoder_andTheMessageNamesTheOptionForThem() {
    Path file = folder.resolve("weights.safetensors");
    WeightsFile.write(file, HeInitialization.of(NETWORK, 1));

    assertThatThrownBy(() -> Encoder.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("weights.safetensors is not an encoder")
        .hasMessageContaining("as weights, not as an encoder");
  }

  @Test
  void network_withAnotherSizeAndOtherClasses_fits() {
    assertThatCode(() -> encoder(null).requireFits(NETWORK.withSize(28).withClasses(3), IMAGES))
        .doesNotThrowAnyException();
  }

  @Test
  void network_withAnotherArchitecture_isRefused_withBothDescriptions() {
    for (ResNet other :
        List.of(
            ResNet.of("resnet32"),
            NETWORK.withShortcut(Shortcut.B),
            NETWORK.withStem(Stem.CIFAR_HALVED))) {
      assertThatThrownBy(() -> encoder(null).requireFits(other, IMAGES))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the encoder is resnet20 with shortcuts A and the stem cifar, but")
          .hasMessageContaining(Encoder.architecture(other) + "; give the encoder's architecture");
    }
  }

  @Test
  void images_withAnotherNormalisation_areRefused() {
    assertThatThrownBy(() -> encoder(null).requireFits(NETWORK, images(List.of(0.5f, 0.5f, 0.5f))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("but the images have mean [0.5, 0.5, 0.5]")
        .hasMessageContaining("mean and standard deviation");
  }
}
