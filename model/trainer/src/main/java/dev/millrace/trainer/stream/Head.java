package dev.millrace.trainer.stream;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last layer of a network, which alone knows the classes: a row of weights and a bias each. */
final class Head {

  private static final List<String> TENSORS = List.of("fc.weight", "fc.bias");

  private Head() {}

  /**
   * The same weights for other classes: each class that was known keeps its row, wherever it is
   * now, and the others are drawn anew.
   *
   * @param network what they are for, with as many classes as {@code to}
   * @param weights of the same network with other classes
   * @param from names of the classes they know, in order
   * @param to names of the classes they shall know, in order
   * @param seed of what is drawn
   */
  static Weights carry(
      ResNet network, Weights weights, List<String> from, List<String> to, long seed) {
    if (from.equals(to)) {
      return weights;
    }
    Weights fresh = HeInitialization.of(network, seed);
    Map<String, WeightTensor> tensors = new LinkedHashMap<>(weights.tensors());
    for (String name : TENSORS) {
      WeightTensor drawn = fresh.get(name);
      int row = drawn.size() / to.size();
      FloatBuffer values = FloatBuffer.allocate(drawn.size());
      for (int i = 0; i < to.size(); i++) {
        int known = from.indexOf(to.get(i));
        values.put(
            known < 0
                ? drawn.values().slice(i * row, row)
                : weights.get(name).values().slice(known * row, row));
      }
      tensors.put(name, new WeightTensor(drawn.shape(), values.rewind()));
    }
    return new Weights(tensors);
  }
}
