package dev.millrace.trainer.run;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the weights of one network a start for another that differs in its classes alone. */
final class Transfer {

  private static final String HEAD = "fc.";

  private Transfer() {}

  /**
   * The weights, with a new head if their number of classes is another one.
   *
   * @param seed of the new head
   * @throws dev.millrace.core.model.ModelException if they are another architecture's
   */
  static Weights to(ResNet network, Weights weights, long seed) {
    int classes = classes(weights);
    if (classes == 0 || classes == network.classes()) {
      return network.fit(weights);
    }
    Weights fitting = network.withClasses(classes).fit(weights);
    Weights fresh = HeInitialization.of(network, seed);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    for (String name : fresh.names()) {
      tensors.put(name, name.startsWith(HEAD) ? fresh.get(name) : fitting.get(name));
    }
    return new Weights(tensors);
  }

  /** By the head's bias, whatever it is called; 0 if there is none. */
  private static int classes(Weights weights) {
    return weights.tensors().entrySet().stream()
        .filter(tensor -> tensor.getKey().matches("(module\\.)?(fc|linear)\\.bias"))
        .mapToInt(tensor -> tensor.getValue().size())
        .findFirst()
        .orElse(0);
  }
}
