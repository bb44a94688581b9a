package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RandomResNetTest {

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(32, 32, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));

  @Test
  void resnet20_sameSeed_givesTheSameBytes() {
    assertThat(RandomResNet.resnet20(10, 7))
        .isEqualTo(RandomResNet.resnet20(10, 7))
        .isNotEqualTo(RandomResNet.resnet20(10, 8));
  }

  @Test
  void resnet20_weights_areNamedAndShapedAsTorchvisionsAre() throws Exception {
    Map<String, List<Long>> shapes =
        ModelProto.parseFrom(RandomResNet.resnet20(10, 1)).getGraph().getInitializerList().stream()
            .collect(Collectors.toMap(TensorProto::getName, TensorProto::getDimsList));

    assertThat(shapes)
        .hasSize(21 + 21 * 4 + 2)
        .containsEntry("conv1.weight", List.of(16L, 3L, 3L, 3L))
        .containsEntry("bn1.running_mean", List.of(16L))
        .containsEntry("layer1.0.conv1.weight", List.of(16L, 16L, 3L, 3L))
        .containsEntry("layer2.0.conv1.weight", List.of(32L, 16L, 3L, 3L))
        .containsEntry("layer2.0.downsample.0.weight", List.of(32L, 16L, 1L, 1L))
        .containsEntry("layer2.0.downsample.1.running_var", List.of(32L))
        .containsEntry("layer3.2.bn2.bias", List.of(64L))
        .containsEntry("fc.weight", List.of(10L, 64L))
        .containsEntry("fc.bias", List.of(10L))
        .doesNotContainKey("layer1.0.downsample.0.weight");
  }

  /** 0.27 million in the paper, whose shortcuts have no weights; two projections add 2,752. */
  @Test
  void resnet20_trainedParameters_areAsManyAsThePaperSays() throws Exception {
    long parameters =
        ModelProto.parseFrom(RandomResNet.resnet20(10, 1)).getGraph().getInitializerList().stream()
            .filter(weight -> !weight.getName().contains(".running_"))
            .mapToLong(weight -> weight.getDimsList().stream().reduce(1L, Math::multiplyExact))
            .sum();

    assertThat(parameters).isEqualTo(269_722 + 2_752);
  }

  @Test
  void resnet20_prepared_answersEveryClassWithSomeProbability() {
    Labels labels = Runs.labels(7);
    PreparedModel prepared =
        ModelPreparation.prepare(RandomResNet.resnet20(7, 1), PREPROCESSING, labels);

    float[] answer = Runs.once(prepared.bytes(), PREPROCESSING, labels, SampleImages.noise(1, 32));

    assertThat(prepared.softmaxAppended()).isTrue();
    assertThat(answer).hasSize(7);
    double sum = 0;
    for (float probability : answer) {
      assertThat(probability).isPositive().isLessThan(0.99f);
      sum += probability;
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void resnet20_noClasses_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RandomResNet.resnet20(0, 1))
        .withMessage("classes: 0 is not above 0");
  }
}
