package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.weights.WeightTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Fully connected layers, each followed by a batch norm and a ReLU, except that the last layer has
 * no ReLU. The layers are numbered as in PyTorch's {@code Sequential}: {@code projector.0} is the
 * first layer, {@code projector.1} its batch norm and {@code projector.3} the second layer.
 *
 * @param name the beginning of the layers' names
 * @param widths the number of inputs, and then of each layer's outputs
 * @param normalised whether the last layer has a batch norm, too; otherwise it has biases
 */
record Perceptron(String name, List<Integer> widths, boolean normalised) {

  private static final int PER_LAYER = 3; // a layer, its batch norm and its ReLU

  Perceptron {
    widths = List.copyOf(widths);
  }

  private int layers() {
    return widths.size() - 1;
  }

  private boolean hasNorm(int layer) {
    return normalised || layer < layers() - 1;
  }

  private String linear(int layer) {
    return name + "." + PER_LAYER * layer;
  }

  private String norm(int layer) {
    return name + "." + (PER_LAYER * layer + 1);
  }

  /** {@return the weights and the statistics of the batch norms} */
  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    for (int layer = 0; layer < layers(); layer++) {
      int to = widths.get(layer + 1);
      all.add(new Parameter(linear(layer) + ".weight", List.of(to, widths.get(layer)), true));
      if (hasNorm(layer)) {
        all.add(new Parameter(norm(layer) + ".weight", List.of(to), true));
        all.add(new Parameter(norm(layer) + ".bias", List.of(to), true));
        all.add(new Parameter(norm(layer) + ".running_mean", List.of(to), false));
        all.add(new Parameter(norm(layer) + ".running_var", List.of(to), false));
      } else {
        all.add(new Parameter(linear(layer) + ".bias", List.of(to), true));
      }
    }
    return all;
  }

  /**
   * {@return initial values like PyTorch's} The values are uniform within {@code ±1 /
   * sqrt(inputs)}. The batch norms change nothing.
   */
  Map<String, WeightTensor> initial(Random random) {
    Map<String, WeightTensor> values = new LinkedHashMap<>();
    for (int layer = 0; layer < layers(); layer++) {
      double bound = 1 / Math.sqrt(widths.get(layer));
      for (Parameter parameter : parameters()) {
        if (parameter.name().startsWith(linear(layer) + ".")) {
          values.put(parameter.name(), uniform(parameter, bound, random));
        } else if (parameter.name().startsWith(norm(layer) + ".")) {
          values.put(parameter.name(), identity(parameter));
        }
      }
    }
    return values;
  }

  private static WeightTensor uniform(Parameter parameter, double bound, Random random) {
    FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(parameter.count()));
    while (values.hasRemaining()) {
      values.put((float) ((2 * random.nextDouble() - 1) * bound));
    }
    return new WeightTensor(parameter.shape(), values.rewind());
  }

  private static WeightTensor identity(Parameter parameter) {
    boolean factor = parameter.name().endsWith(".weight") || parameter.name().endsWith("_var");
    FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(parameter.count()));
    while (values.hasRemaining()) {
      values.put(factor ? 1 : 0);
    }
    return new WeightTensor(parameter.shape(), values.rewind());
  }

  /** {@return the output of the last layer, {@code [images, width]}} */
  Tensor build(ForwardPass pass, Tensor input) {
    Tensor output = input;
    for (int layer = 0; layer < layers(); layer++) {
      if (!hasNorm(layer)) {
        return pass.last(linear(layer), output);
      }
      Tensor weight = pass.tensors().apply(linear(layer) + ".weight");
      output = torch.linear(output, weight, new TensorOptional());
      output = pass.batchNorm(norm(layer), output, widths.get(layer + 1));
      if (layer < layers() - 1) {
        output = pass.relu(norm(layer), output);
      }
    }
    return output;
  }
}
