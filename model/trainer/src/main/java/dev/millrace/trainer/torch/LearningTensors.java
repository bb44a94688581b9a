package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Some layers' tensors, with their gradients and an optimiser of their own. */
final class LearningTensors implements AutoCloseable {

  private final NetworkTensors tensors;
  private final Tensor gradients;
  private final Descent descent;
  private long steps;

  /**
   * Copies the values to the device.
   *
   * @param shapes the tensors
   * @param values the values under the tensors' names
   */
  LearningTensors(
      List<Parameter> shapes, Weights values, Optimization optimization, Device device) {
    Map<Boolean, List<Parameter>> parts =
        shapes.stream().collect(Collectors.partitioningBy(Parameter::trained));
    List<ParameterGroup> groups = ParameterGroup.of(parts.get(true), optimization);
    List<Parameter> learning =
        groups.stream().flatMap(group -> group.parameters().stream()).toList();
    tensors = new NetworkTensors(learning, parts.get(false), values, device);
    gradients = tensors.learning().trackGradients();
    descent = Descent.of(optimization.optimizer(), tensors.learning().flat(), gradients, groups);
  }

  /** {@return the tensor with this name} */
  Tensor get(String name) {
    return tensors.get(name);
  }

  /** {@return a copy of the gradients since the last step, under the tensors' names} */
  Map<String, WeightTensor> readGradients() {
    try (NoGradGuard guard = new NoGradGuard()) {
      return tensors.learning().read(gradients);
    }
  }

  /** Does one step of the optimiser along the gradients, and sets the gradients to 0. */
  void step(double learningRate) {
    steps++;
    descent.step(learningRate, steps);
    gradients.zero_();
  }

  /** {@return a copy of all values} */
  Weights read() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return tensors.read();
    }
  }

  /**
   * Adds copies of the values and of the optimiser's state to {@code state}, under keys that begin
   * with {@code name}.
   */
  void state(String name, Map<String, Weights> state) {
    state.put(name, read());
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      descent
          .state()
          .forEach(
              (kind, flat) ->
                  state.put(name + "-" + kind, new Weights(tensors.learning().read(flat))));
    }
  }

  /**
   * Restores a saved state.
   *
   * @param done the number of steps that led to the state
   */
  void restore(String name, Map<String, Weights> state, long done) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      tensors.set(state.get(name));
      descent
          .state()
          .forEach((kind, flat) -> tensors.learning().set(state.get(name + "-" + kind), flat));
    }
    steps = done;
  }

  @Override
  public void close() {
    descent.close();
    gradients.releaseReference();
    tensors.close();
  }
}
