package dev.millrace.core.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResNetTest {

  /** The numbers of parameters and operations in torchvision's documentation. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 11689512, 1.814",
    "resnet34, 21797672, 3.664",
    "resnet50, 25557032, 4.089",
    "resnet101, 44549160, 7.801",
    "resnet152, 60192808, 11.514"
  })
  void imageNet_countsAreTorchvisions(String name, long parameters, double gigaflops) {
    ResNet network = ResNet.of(name);

    assertThat(network.parameterCount()).isEqualTo(parameters);
    assertThat(network.multiplyAdds() / 1e9).isCloseTo(gigaflops, within(5e-4));
  }

  /**
   * The rounded numbers of parameters in table 6 of He et al. (2015), and the exact numbers of
   * published implementations.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet20, 269722, 0.27",
    "resnet32, 464154, 0.46",
    "resnet44, 658586, 0.66",
    "resnet56, 853018, 0.85",
    "resnet110, 1727962, 1.7"
  })
  void cifar_countsAreThePapers(String name, long parameters, double millions) {
    ResNet network = ResNet.of(name);

    assertThat(network.parameterCount()).isEqualTo(parameters);
    assertThat(parameters / 1e6).isCloseTo(millions, within(millions == 1.7 ? 0.05 : 0.005));
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.core.resnet.ResNet#names")
  void depth_isTheNumberOfLayersThatTheNameTells(String name) {
    long weighted =
        ResNet.of(name).layers().stream()
            .filter(layer -> layer.multiplyAdds() > 0 && !layer.name().contains("downsample"))
            .count();

    assertThat(name).isEqualTo("resnet" + weighted);
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.core.resnet.ResNet#names")
  void layers_haveNamesOfTheirOwn(String name) {
    List<Layer> layers = ResNet.of(name).layers();
    Set<String> names = new HashSet<>();

    assertThat(layers).allMatch(layer -> names.add(layer.name()));
  }

  @Test
  void resnet50_parameters_areNamedAndShapedAsTorchvisions() {
    List<Parameter> parameters = ResNet.of("resnet50").parameters();
    Map<String, List<Integer>> shapes =
        parameters.stream().collect(Collectors.toMap(Parameter::name, Parameter::shape));

    assertThat(parameters).hasSize(53 * 5 + 2);
    assertThat(parameters)
        .extracting(Parameter::name)
        .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var")
        .containsSubsequence("layer1.0.bn3.running_var", "layer1.0.downsample.0.weight")
        .containsSubsequence("layer1.0.downsample.1.running_var", "layer1.1.conv1.weight")
        .endsWith("fc.weight", "fc.bias");
    assertThat(shapes)
        .containsEntry("conv1.weight", List.of(64, 3, 7, 7))
        .containsEntry("layer1.0.conv1.weight", List.of(64, 64, 1, 1))
        .containsEntry("layer1.0.downsample.0.weight", List.of(256, 64, 1, 1))
        .containsEntry("layer2.0.conv1.weight", List.of(128, 256, 1, 1))
        .containsEntry("layer2.0.conv2.weight", List.of(128, 128, 3, 3))
        .containsEntry("layer2.0.conv3.weight", List.of(512, 128, 1, 1))
        .containsEntry("layer2.0.downsample.1.running_mean", List.of(512))
        .containsEntry("layer4.2.bn3.bias", List.of(2048))
        .containsEntry("fc.weight", List.of(1000, 2048))
        .containsEntry("fc.bias", List.of(1000))
        .doesNotContainKey("layer1.1.downsample.0.weight");
  }

  @Test
  void resnet50_halvesItsSidesInThe3x3Convolution() {
    Map<String, List<Integer>> outputs = outputs(ResNet.of("resnet50"));

    assertThat(outputs)
        .containsEntry("conv1", List.of(64, 112, 112))
        .containsEntry("maxpool", List.of(64, 56, 56))
        .containsEntry("layer1.2.relu", List.of(256, 56, 56))
        .containsEntry("layer2.0.conv1", List.of(128, 56, 56))
        .containsEntry("layer2.0.conv2", List.of(128, 28, 28))
        .containsEntry("layer2.0.downsample.0", List.of(512, 28, 28))
        .containsEntry("layer4.2.relu", List.of(2048, 7, 7))
        .containsEntry("avgpool", List.of(2048))
        .containsEntry("fc", List.of(1000));
  }

  @Test
  void resnet20_keepsTheSidesInItsStem() {
    assertThat(outputs(ResNet.of("resnet20")))
        .containsEntry("conv1", List.of(16, 32, 32))
        .containsEntry("layer2.0.shortcut", List.of(32, 16, 16))
        .containsEntry("layer3.2.relu", List.of(64, 8, 8))
        .doesNotContainKeys("maxpool", "layer2.0.downsample.0");
  }

  @Test
  void shortcut_b_addsProjections() {
    ResNet a = ResNet.of("resnet20");
    ResNet b = a.withShortcut(Shortcut.B);

    assertThat(b.parameterCount() - a.parameterCount())
        .isEqualTo(32 * 16 + 2 * 32 + 64 * 32 + 2 * 64);
    assertThat(outputs(b))
        .containsKey("layer2.0.downsample.0")
        .doesNotContainKey("layer2.0.shortcut");
  }

  /**
   * Every image size works, odd sizes too, because the residual and the shortcut of each block have
   * equal shapes.
   */
  @ParameterizedTest
  @CsvSource({"resnet18, 1", "resnet50, 225", "resnet20, 33", "resnet20, 1"})
  void size_isFree(String name, int size) {
    for (Shortcut shortcut : Shortcut.values()) {
      Map<String, List<Integer>> outputs =
          outputs(ResNet.of(name).withSize(size).withShortcut(shortcut));

      String other = shortcut == Shortcut.A ? "shortcut" : "downsample.1";
      assertThat(outputs.get("layer2.0." + other))
          .isEqualTo(outputs.get("layer2.0.add"))
          .isNotNull();
    }
  }

  @Test
  void classesAndChannels_areFree() {
    assertThat(ResNet.of("resnet18").withClasses(10).withChannels(1).parameters())
        .contains(
            new Parameter("conv1.weight", List.of(64, 1, 7, 7), true),
            new Parameter("fc.weight", List.of(10, 512), true));
  }

  @Test
  void name_unknown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResNet.of("resnet19"))
        .withMessage(
            "architecture: 'resnet19' is not one of resnet18, resnet34, resnet50, resnet101, resnet152,"
                + " resnet20, resnet32, resnet44, resnet56, resnet110");
  }

  @Test
  void values_outOfRange() {
    ResNet network = ResNet.of("resnet18");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.withClasses(0))
        .withMessage("classes: 0 is not between 1 and 1048576");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.withSize(4097))
        .withMessage("size: 4097 is not between 1 and 4096");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.withChannels(0))
        .withMessage("channels: 0 is not between 1 and 4096");
  }

  private static Map<String, List<Integer>> outputs(ResNet network) {
    return network.layers().stream().collect(Collectors.toMap(Layer::name, Layer::output));
  }
}
