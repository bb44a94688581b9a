package dev.millrace.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import java.nio.FloatBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {

  private static final WeightTensor TENSOR = Samples.tensor(List.of(2, 3), 1, 2, 3, 4, 5, 6);

  @Test
  void weights_ofAMap_keepItsOrder() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    tensors.put("fc.weight", TENSOR);
    tensors.put("bn1.bias", Samples.tensor(List.of(1), 0));
    tensors.put("conv1.weight", TENSOR);
    Weights weights = new Weights(tensors);

    tensors.clear();

    assertThat(weights.names()).containsExactly("fc.weight", "bn1.bias", "conv1.weight");
    assertThat(weights.size()).isEqualTo(13);
    assertThat(weights.get("fc.weight")).isSameAs(TENSOR);
    assertThat(weights.contains("bn1.bias")).isTrue();
    assertThat(weights.contains("bn2.bias")).isFalse();
    assertThatThrownBy(() -> weights.tensors().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void name_thatIsNotThere_isAnsweredWithTheNearest() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    for (String name :
        List.of(
            "fc.weight",
            "module.layer1.0.conv3.weight",
            "layer1.0.conv1.bias",
            "layer1.0.conv1.weight",
            "conv1.weight")) {
      tensors.put(name, TENSOR);
    }

    assertThatThrownBy(() -> new Weights(tensors).get("layer1.0.conv3.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            "'layer1.0.conv3.weight'",
            "the nearest of their 5 names are [layer1.0.conv1.weight,"
                + " module.layer1.0.conv3.weight, layer1.0.conv1.bias]");
  }

  @Test
  void weights_withoutTensors_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Weights(Map.of()))
        .withMessage("weights: there are none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "__metadata__"})
  void name_thatNoFileCanHold_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Weights(Map.of(name, TENSOR)))
        .withMessageContaining("but one is '" + name + "'");
  }

  @Test
  void weights_tooManyForAFile_areRefused() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    WeightTensor shared =
        new WeightTensor(List.of(1_000_000), FloatBuffer.wrap(new float[1_000_000]));
    for (int i = 0; i < 500; i++) {
      tensors.put("weight" + i, shared);
    }
    assertThat(new Weights(tensors).size()).isEqualTo(Weights.MAX_SIZE);

    tensors.put("bias", TENSOR);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Weights(tensors))
        .withMessage("weights: 500000006 values are more than 500000000");
  }

  @Test
  void values_ofATensor_areReadOnlyAndAViewEach() {
    FloatBuffer given = FloatBuffer.wrap(new float[] {9, 1, 2, 9}, 1, 2);
    WeightTensor tensor = new WeightTensor(List.of(2), given);

    tensor.values().get();

    assertThat(tensor.values()).isEqualTo(FloatBuffer.wrap(new float[] {1, 2}));
    assertThat(given.position()).isEqualTo(1);
    assertThatThrownBy(() -> tensor.values().put(0, 5)).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void tensor_ofTheWrongSize_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.tensor(List.of(2, 3), 1, 2))
        .withMessage("values: shape [2, 3] needs 6 values, not 2");
    assertThat(Samples.tensor(List.of(), 7).size()).isEqualTo(1);
    assertThat(Samples.tensor(List.of(0, 4)).size()).isZero();
  }

  @Test
  void shape_thatIsNone_isRefused() {
    for (List<Integer> shape :
        List.of(
            List.of(-1, -1),
            List.of(0, -1),
            List.of(Weights.MAX_SIZE + 1),
            List.of(65_536, 65_536),
            List.of(2_147_483_647, 2_147_483_647, 2_147_483_647),
            Collections.nCopies(65, 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WeightTensor.size(shape))
          .withMessageStartingWith("shape: ");
    }
    assertThat(WeightTensor.size(Collections.nCopies(64, 1))).isEqualTo(1);
  }
}
