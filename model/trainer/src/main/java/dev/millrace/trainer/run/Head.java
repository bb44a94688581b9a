package dev.millrace.trainer.run;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last layer of a network. Only this layer depends on the classes: each class has a row of
 * weights and a bias.
 */
public final class Head {

  private static final List<String> TENSORS = List.of("fc.weight", "fc.bias");

  private Head() {}

  /**
   * {@return a network's weights, adapted to new classes} A class that was also an old class keeps
   * its row and bias, which move to the class's new index. Every other class gets an initial row
   * and bias.
   *
   * @param network the network for the new classes
   * @param weights the weights of the network for the old classes
   * @param from names of the old classes, in order
   * @param to names of the new classes, in order
   * @param seed the seed for the initial rows
   */
  public static Weights carry(
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
