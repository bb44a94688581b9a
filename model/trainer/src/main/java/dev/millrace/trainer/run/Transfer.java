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

  private Transfer() {}

  /**
   * {@return the weights; if the number of classes differs, the last layer has new initial weights}
   *
   * @param seed the seed for the new weights of the last layer
   * @throws dev.millrace.core.model.ModelException if the weights belong to another architecture
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

  /**
   * {@return the number of classes, which is the length of the last layer's bias; 0 if no last
   * layer is found}
   */
  private static int classes(Weights weights) {
    return weights.tensors().entrySet().stream()
        .filter(tensor -> tensor.getKey().matches("(module\\.)?(fc|linear)\\.bias"))
        .mapToInt(tensor -> tensor.getValue().size())
        .findFirst()
        .orElse(0);
  }
}
