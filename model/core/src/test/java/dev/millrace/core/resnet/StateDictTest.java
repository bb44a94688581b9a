package dev.millrace.core.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests which weights a network accepts. */
class StateDictTest {

  private static final ResNet NETWORK = ResNet.of("resnet20").withShortcut(Shortcut.B);
  private static final Weights WEIGHTS = HeInitialization.of(NETWORK, 1);

  @Test
  void weights_inAnotherOrder_comeInTheNetworks() {
    List<String> names = new ArrayList<>(WEIGHTS.names());
    Collections.reverse(names);
    Map<String, WeightTensor> reversed = new LinkedHashMap<>();
    names.forEach(name -> reversed.put(name, WEIGHTS.get(name)));

    assertThat(NETWORK.fit(new Weights(reversed)).names())
        .containsExactlyElementsOf(NETWORK.parameters().stream().map(Parameter::name).toList());
  }

  @Test
  void names_ofOtherImplementations_becomeTorchvisions() {
    Weights renamed =
        renamed(
            name ->
                "module."
                    + name.replace("downsample", "shortcut").replaceFirst("^fc\\.", "linear."));

    assertThat(renamed.names())
        .contains("module.linear.bias", "module.layer2.0.shortcut.1.running_var");
    assertThat(NETWORK.fit(renamed).tensors()).isEqualTo(WEIGHTS.tensors());
  }

  @Test
  void weights_ofOtherShortcuts() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> NETWORK.withShortcut(Shortcut.A).fit(WEIGHTS))
        .withMessage(
            "the weights do not fit resnet20 with shortcuts A, 10 classes and images of"
                + " 3x32x32: layer2.0.downsample.0.weight belongs to no layer,"
                + " layer2.0.downsample.1.weight belongs to no layer, layer2.0.downsample.1.bias"
                + " belongs to no layer and 7 more; give the architecture, shortcuts and classes that"
                + " they were trained with");
  }

  @Test
  void weights_ofOtherClasses() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> NETWORK.withClasses(7).fit(WEIGHTS))
        .withMessageContaining(
            "3x32x32: fc.weight is [10, 64] and should be [7, 64], fc.bias is [10] and should be"
                + " [7]; give");
  }

  @Test
  void weight_missing() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> NETWORK.fit(renamed(name -> name.replace("layer1.2.bn2", "other"))))
        .withMessageContaining(": layer1.2.bn2.weight is missing, ");
  }

  @Test
  void weight_twice() {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(WEIGHTS.tensors());
    tensors.put("linear.bias", new WeightTensor(List.of(10), FloatBuffer.allocate(10)));

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> NETWORK.fit(new Weights(tensors)))
        .withMessageContaining(": fc.bias occurs twice;");
  }

  private static Weights renamed(UnaryOperator<String> newName) {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    WEIGHTS.tensors().forEach((name, tensor) -> tensors.put(newName.apply(name), tensor));
    return new Weights(tensors);
  }
}
