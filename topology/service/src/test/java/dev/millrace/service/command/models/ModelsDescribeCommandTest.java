package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.command.CapturedRun;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the description of an architecture. */
class ModelsDescribeCommandTest {

  @Test
  void resnet50_hasItsLayersAndTotals() {
    assertThat(lines(describe("resnet50")))
        .startsWith(
            "resnet50 with shortcuts B, 1000 classes and images of 3x224x224: 25,557,032 parameters,"
                + " 4.09 GFLOPs")
        .containsSubsequence(
            "layer kernel output parameters GFLOPs",
            "conv1 7x7 64x112x112 9,536 0.11801",
            "maxpool 64x56x56",
            "layer1 256x56x56 215,808 0.66794",
            "layer1.0.conv1 1x1 64x56x56 4,224 0.01285",
            "layer2.0.conv2 3x3 128x28x28 147,712 0.11561",
            "layer2.0.downsample.0 1x1 512x28x28 132,096 0.10276",
            "avgpool 2048",
            "fc 1000 2,049,000 0.00205",
            "total 25,557,032 4.08918");
  }

  @Test
  void resnet50_saysWhatEachChoiceCosts() {
    assertThat(lines(describe("resnet50")))
        .containsSubsequence(
            "what a choice costs parameters GFLOPs fp32 MB fp16 MB",
            "as it is 25,557,032 4.09 102.4 51.2",
            "resnet34 21,797,672 -14.7 % 3.66 -10.4 % 87.3 43.6",
            "resnet101 44,549,160 +74.3 % 7.80 +90.8 % 178.6 89.3")
        .anyMatch(line -> line.startsWith("--shortcut A 22,780,456 -10.9 % 3.73 -8.8 %"))
        .anyMatch(line -> line.startsWith("--size 448 25,557,032 the same 16.4 +299.8 %"))
        .anyMatch(line -> line.startsWith("--classes 10 23,528,522 -7.9 %"));
  }

  @Test
  void options_changeTheNetwork() {
    assertThat(
            lines(
                describe(
                    "resnet20",
                    "--shortcut",
                    "b",
                    "--classes",
                    "7",
                    "--size",
                    "28",
                    "--channels",
                    "1")))
        .startsWith(
            "resnet20 with shortcuts B, 7 classes and images of 1x28x28: 271,991 parameters, 0.0310"
                + " GFLOPs")
        .contains("fc 7 455 0.00000")
        .anyMatch(line -> line.startsWith("--shortcut A 269,239 -1.0 %"))
        .noneMatch(line -> line.startsWith("resnet152"));
  }

  @Test
  void zeroPadding_isALayer() {
    assertThat(lines(describe("resnet20"))).contains("layer2.0.shortcut 32x16x16");
  }

  @Test
  void json_holdsTheSame() {
    JsonNode network = describe("resnet18", "--json").succeeded().json();

    assertThat(network.get("name").asText()).isEqualTo("resnet18");
    assertThat(network.get("shortcut").asText()).isEqualTo("B");
    assertThat(network.get("classes").asInt()).isEqualTo(1000);
    assertThat(network.get("cost").get("parameters").asLong()).isEqualTo(11_689_512);
    assertThat(network.get("cost").get("multiplyAdds").asLong()).isEqualTo(1_814_073_344L);
    assertThat(network.get("layers").get(0).toString())
        .isEqualTo(
            "{\"name\":\"conv1\",\"kind\":\"CONVOLUTION\",\"output\":[64,112,112],"
                + "\"parameters\":9408,\"multiplyAdds\":118013952}");
    assertThat(network.get("choices").get(0).get("choice").asText()).isEqualTo("resnet34");
  }

  @Test
  void values_wrong() {
    assertThat(describe("resnet51").usageLine()).contains("'resnet51' is not one of resnet18,");
    assertThat(describe("resnet50", "--classes", "0").usageLine()).contains("classes: 0");
    assertThat(describe("resnet50", "--size", "5000").usageLine()).contains("size: 5000");
    assertThat(describe("resnet50", "--shortcut", "C").usageLine()).contains("--shortcut");
  }

  private static CapturedRun describe(String... args) {
    List<String> line = new ArrayList<>(List.of("models", "describe"));
    line.addAll(List.of(args));
    return CapturedRun.of(line.toArray(String[]::new));
  }

  /** {@return the lines of the output, without the spaces that align the columns} */
  private static List<String> lines(CapturedRun run) {
    return run.succeeded().outLines().stream()
        .map(line -> line.strip().replaceAll(" +", " "))
        .toList();
  }
}
