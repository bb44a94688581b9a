package dev.millrace.trainer.run;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** Converts a network's weights to initial weights for a network with another number of classes. */
final class Transfer {

  private static final String HEAD = "fc.";

  /** Matches the beginning of the last layer's names, which differs between implementations. */
  private static final String ANY_HEAD = "(module\\.)?(fc|linear)\\.";

  private Transfer() {}

  /**
   * {@return the weights; if they have no last layer or one for another number of classes, the last
   * layer has new initial weights}
   *
   * @param seed the seed for the new weights of the last layer
   * @throws dev.millrace.core.model.ModelException if the weights belong to another architecture
   */
  static Weights to(ResNet network, Weights weights, long seed) {
    int classes = classes(weights);
    boolean headless = weights.names().stream().noneMatch(name -> name.matches(ANY_HEAD + ".*"));
    if (!headless && (classes == 0 || classes == network.classes())) {
      return network.fit(weights);
    }
    Weights known = headless ? weights : network.withClasses(classes).fit(weights);
    Weights fresh = HeInitialization.of(network, seed);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(known.tensors());
    fresh.names().stream()
        .filter(name -> name.startsWith(HEAD))
        .forEach(name -> tensors.put(name, fresh.get(name)));
    return network.fit(new Weights(tensors));
  }

  /**
   * {@return the number of classes, which is the length of the last layer's bias; 0 if no last
   * layer is found}
   */
  private static int classes(Weights weights) {
    return weights.tensors().entrySet().stream()
        .filter(tensor -> tensor.getKey().matches(ANY_HEAD + "bias"))
        .mapToInt(tensor -> tensor.getValue().size())
        .findFirst()
        .orElse(0);
  }
}
