package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** All tensors of a network: the tensors that training steps change, and all other tensors. */
final class NetworkTensors implements AutoCloseable {

  private final Parameters learning;
  private final Parameters kept;

  /**
   * Copies the values to the device.
   *
   * @param learning the weights that training steps change
   * @param kept all other tensors, including the statistics of the batch norms
   * @param values the values under the parameters' names
   */
  NetworkTensors(List<Parameter> learning, List<Parameter> kept, Weights values, Device device) {
    this.learning = new Parameters(learning, values, device);
    this.kept = new Parameters(kept, values, device);
  }

  /** {@return the weights that training steps change} */
  Parameters learning() {
    return learning;
  }

  /** {@return the tensor with the given name} */
  Tensor get(String name) {
    Tensor tensor = learning.get(name);
    return tensor == null ? kept.get(name) : tensor;
  }

  /**
   * Moves each value towards another network's value.
   *
   * @param share the share of the distance, from 0 to 1
   */
  void approach(NetworkTensors other, double share) {
    learning.flat().lerp_(other.learning.flat(), new Scalar(share));
    kept.flat().lerp_(other.kept.flat(), new Scalar(share));
  }

  void set(Weights values) {
    learning.set(values, learning.flat());
    kept.set(values, kept.flat());
  }

  /** {@return a copy of all values} */
  Weights read() {
    Map<String, WeightTensor> all = new LinkedHashMap<>(learning.read(learning.flat()));
    all.putAll(kept.read(kept.flat()));
    return new Weights(all);
  }

  @Override
  public void close() {
    learning.close();
    kept.close();
  }
}
