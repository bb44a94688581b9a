package dev.millrace.core.resnet;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Matches saved weights with the weights that a network needs. */
final class StateDict {

  private static final int SHOWN = 3;

  private final ResNet network;
  private final Map<String, WeightTensor> given = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();

  private StateDict(ResNet network, Weights weights) {
    this.network = network;
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (given.put(canonical(name), tensor) != null) {
                faults.add(canonical(name) + " occurs twice");
              }
            });
  }

  /**
   * {@return exactly the weights that a network needs, in the network's order and under the
   * network's names}
   */
  static Weights fit(ResNet network, Weights weights) {
    return new StateDict(network, weights).fit();
  }

  private Weights fit() {
    Map<String, WeightTensor> fitting = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      WeightTensor tensor = given.get(parameter.name());
      if (tensor == null) {
        faults.add(parameter.name() + " is missing");
      } else if (!tensor.shape().equals(parameter.shape())) {
        faults.add(
            parameter.name() + " is " + tensor.shape() + " and should be " + parameter.shape());
      } else {
        fitting.put(parameter.name(), tensor);
      }
    }
    Set<String> surplus = new LinkedHashSet<>(given.keySet());
    network.parameters().forEach(parameter -> surplus.remove(parameter.name()));
    surplus.forEach(name -> faults.add(name + " belongs to no layer"));
    if (!faults.isEmpty()) {
      throw new ModelException(
          "the weights do not fit "
              + network
              + ": "
              + String.join(", ", faults.subList(0, Math.min(SHOWN, faults.size())))
              + (faults.size() > SHOWN ? " and " + (faults.size() - SHOWN) + " more" : "")
              + "; give the architecture, shortcuts and classes that they were trained with");
    }
    return new Weights(fitting);
  }

  /** {@return torchvision's name for a name that other implementations use} */
  private static String canonical(String name) {
    return name.replaceFirst("^module\\.", "")
        .replaceFirst("^linear\\.", "fc.")
        .replace(".shortcut.", ".downsample.");
  }
}
