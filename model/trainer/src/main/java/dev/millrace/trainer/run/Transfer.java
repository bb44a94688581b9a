package dev.millrace.trainer.run;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts a network's weights to initial weights for a network with other classes. */
public final class Transfer {

  private static final String HEAD = "fc.";

  /** Matches the beginning of the last layer's names, which differs between implementations. */
  private static final String ANY_HEAD = "(module\\.)?(fc|linear)\\.";

  private Transfer() {}

  /**
   * Requires that weights belong to the architecture of a network, whatever the classes are. A
   * training from topics would otherwise learn only in its first round that they do not.
   *
   * @param network the network to train
   * @param start the weights from which the training starts
   * @throws dev.millrace.core.model.ModelException if the weights belong to another architecture
   */
  public static void requireFits(ResNet network, Pretrained start) {
    int before = classes(start.weights());
    ResNet own = before == 0 ? network : network.withClasses(before);
    var unused = to(own, start, start.classes(), 0);
  }

  /**
   * {@return the weights with a last layer for the classes of a training} The last layer is adapted
   * as {@link Pretrained} says.
   *
   * @param network the network, with the training's number of classes
   * @param start the weights from which the training starts
   * @param classes names of the training's classes, in order
   * @param seed the seed for new weights of the last layer
   * @throws dev.millrace.core.model.ModelException if the weights belong to another architecture
   */
  static Weights to(ResNet network, Pretrained start, List<String> classes, long seed) {
    Weights weights = start.weights();
    if (isHeadless(weights)) {
      return withNewHead(network, weights, seed);
    }
    int before = classes(weights);
    if (before > 0 && before == start.classes().size()) {
      Weights known = network.withClasses(before).fit(weights);
      return network.fit(Head.carry(network, known, start.classes(), classes, seed));
    }
    if (before == 0 || before == network.classes()) {
      return network.fit(weights);
    }
    return withNewHead(network, network.withClasses(before).fit(weights), seed);
  }

  /** {@return whether the rows of the last layer are kept, although nothing names their classes} */
  static boolean keepsUnnamedRows(ResNet network, Pretrained start) {
    return start.classes().isEmpty() && classes(start.weights()) == network.classes();
  }

  private static boolean isHeadless(Weights weights) {
    return weights.names().stream().noneMatch(name -> name.matches(ANY_HEAD + ".*"));
  }

  private static Weights withNewHead(ResNet network, Weights known, long seed) {
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
