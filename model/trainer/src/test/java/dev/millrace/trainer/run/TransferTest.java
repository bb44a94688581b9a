package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class TransferTest {

  private static final ResNet NETWORK = ResNet.of("resnet20").withClasses(3);
  private static final long SEED = 5;
  private static final Weights FRESH = HeInitialization.of(NETWORK, SEED);

  private static Weights weights(int classes, Predicate<String> kept) {
    Weights all = HeInitialization.of(NETWORK.withClasses(classes), 1);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(all.tensors());
    tensors.keySet().removeIf(kept.negate());
    return new Weights(tensors);
  }

  private static void assertNewLastLayer(Weights before, Weights after) {
    assertThat(after.names()).containsExactlyElementsOf(FRESH.names());
    for (String name : after.names()) {
      Weights from = name.startsWith("fc.") ? FRESH : before;
      assertThat(after.get(name)).as(name).isEqualTo(from.get(name));
    }
  }

  @Test
  void weightsForTheSameClasses_stay() {
    Weights before = weights(3, name -> true);

    assertThat(Transfer.to(NETWORK, before, SEED)).isEqualTo(before);
  }

  @Test
  void weightsForOtherClasses_getANewLastLayer() {
    Weights before = weights(7, name -> true);

    assertNewLastLayer(before, Transfer.to(NETWORK, before, SEED));
  }

  @Test
  void weightsWithoutALastLayer_getOne() {
    Weights before = weights(3, name -> !name.startsWith("fc."));

    assertNewLastLayer(before, Transfer.to(NETWORK, before, SEED));
  }

  @Test
  void weightsWithHalfALastLayer_areRefused() {
    Weights before = weights(3, name -> !name.equals("fc.bias"));

    assertThatThrownBy(() -> Transfer.to(NETWORK, before, SEED))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("fc.bias is missing");
  }

  @Test
  void weightsWithoutALastLayer_ofAnotherNetwork_areRefused() {
    Weights before = weights(3, name -> !name.startsWith("fc."));

    assertThatThrownBy(() -> Transfer.to(ResNet.of("resnet32"), before, SEED))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("layer1.3.conv1.weight is missing");
  }
}
