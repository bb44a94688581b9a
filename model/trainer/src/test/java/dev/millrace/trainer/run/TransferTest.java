package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
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

  private static Weights transferred(ResNet network, Weights weights, String... classes) {
    return Transfer.to(network, start(weights, classes), List.of("cat", "dog", "elk"), SEED);
  }

  private static Pretrained start(Weights weights, String... classes) {
    return new Pretrained(weights, List.of(classes), "a file", null, List.of());
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

    assertThat(transferred(NETWORK, before)).isEqualTo(before);
  }

  @Test
  void classesInAnotherOrder_keepTheirRows() {
    Weights before = weights(3, name -> true);

    Weights after = transferred(NETWORK, before, "elk", "cat", "dog");

    assertThat(row(after, 0)).isEqualTo(row(before, 1));
    assertThat(row(after, 1)).isEqualTo(row(before, 2));
    assertThat(row(after, 2)).isEqualTo(row(before, 0));
    assertThat(transferred(NETWORK, before, "cat", "dog", "elk")).isEqualTo(before);
  }

  @Test
  void newClass_inheritsNoRow() {
    Weights before = weights(3, name -> true);

    Weights after = transferred(NETWORK, before, "cat", "ape", "elk");

    assertThat(row(after, 0)).isEqualTo(row(before, 0));
    assertThat(row(after, 1)).isEqualTo(row(FRESH, 1));
    assertThat(row(after, 2)).isEqualTo(row(before, 2));
  }

  @Test
  void moreClassesThanBefore_keepTheRowsOfThoseThatAreKnown() {
    Weights before = weights(2, name -> true);

    Weights after = transferred(NETWORK, before, "cat", "elk");

    assertThat(row(after, 0)).isEqualTo(row(before, 0));
    assertThat(row(after, 1)).isEqualTo(row(FRESH, 1));
    assertThat(row(after, 2)).isEqualTo(row(before, 1));
  }

  private static List<Object> row(Weights weights, int row) {
    FloatBuffer all = weights.get("fc.weight").values();
    int length = all.capacity() / weights.get("fc.bias").size();
    return List.of(all.slice(row * length, length), weights.get("fc.bias").values().get(row));
  }

  @Test
  void weightsForOtherClasses_getANewLastLayer() {
    Weights before = weights(7, name -> true);

    assertNewLastLayer(before, transferred(NETWORK, before));
  }

  @Test
  void weightsWithoutALastLayer_getOne() {
    Weights before = weights(3, name -> !name.startsWith("fc."));

    assertNewLastLayer(before, transferred(NETWORK, before));
  }

  /** Before the first round of a training from topics, the number of classes is not known. */
  @Test
  void weightsOfTheArchitecture_fit_whateverTheirClassesAre() {
    Stream.of(
            start(weights(3, name -> true)),
            start(weights(7, name -> true)),
            start(weights(2, name -> true), "cat", "dog"),
            start(weights(3, name -> !name.startsWith("fc."))))
        .forEach(start -> Transfer.requireFits(NETWORK, start));
  }

  @Test
  void weightsOfAnotherArchitecture_doNotFit() {
    ResNet other = ResNet.of("resnet32");
    for (Pretrained start :
        List.of(
            start(weights(3, name -> true)),
            start(weights(7, name -> true)),
            start(weights(2, name -> true), "cat", "dog"),
            start(weights(3, name -> !name.startsWith("fc."))))) {
      assertThatThrownBy(() -> Transfer.requireFits(other, start))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the weights do not fit resnet32")
          .hasMessageContaining("layer1.3.conv1.weight is missing");
    }
    assertThatThrownBy(
            () -> Transfer.requireFits(NETWORK, start(weights(3, name -> !name.equals("fc.bias")))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("fc.bias is missing");
  }

  @Test
  void weightsWithHalfALastLayer_areRefused() {
    Weights before = weights(3, name -> !name.equals("fc.bias"));

    assertThatThrownBy(() -> transferred(NETWORK, before))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("fc.bias is missing");
  }

  @Test
  void weightsWithoutALastLayer_ofAnotherNetwork_areRefused() {
    Weights before = weights(3, name -> !name.startsWith("fc."));

    assertThatThrownBy(() -> transferred(ResNet.of("resnet32"), before))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("layer1.3.conv1.weight is missing");
  }
}
