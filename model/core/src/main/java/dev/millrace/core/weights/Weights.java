package dev.millrace.core.weights;

import dev.millrace.core.model.ModelException;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's weights under the names of PyTorch's {@code state_dict}, such as {@code
 * layer1.0.conv1.weight}, {@code layer1.0.bn1.running_mean} and {@code fc.bias}. Immutable, so long
 * as nobody writes to the values; any number of threads may read.
 *
 * @param tensors by their names, in the given order; at least one, and {@value #MAX_SIZE} values at
 *     most
 */
public record Weights(Map<String, WeightTensor> tensors) {

  /** Of values: their bytes, and the longest header before them, fit one Java buffer. */
  static final int MAX_SIZE = 500_000_000;

  private static final int NEAR_NAMES = 3;

  public Weights {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("weights: there are none");
    }
    for (String name : tensors.keySet()) {
      if (name.isBlank() || name.equals(Safetensors.METADATA)) {
        throw new IllegalArgumentException(
            "weights: a tensor's name is neither blank nor "
                + Safetensors.METADATA
                + ", but one is '"
                + name
                + "'");
      }
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    long size = tensors.values().stream().mapToLong(WeightTensor::size).sum();
    if (size > MAX_SIZE) {
      throw new IllegalArgumentException("weights: " + size + " values are more than " + MAX_SIZE);
    }
  }

  /**
   * The tensor of a name.
   *
   * @throws ModelException if there is none; the message tells the names nearest to it
   */
  public WeightTensor get(String name) {
    WeightTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelException(
          "the weights have no '"
              + name
              + "'; the nearest of their "
              + tensors.size()
              + " names are "
              + nearest(name)
              + ": see that they are of this architecture, and named as torchvision names them");
    }
    return tensor;
  }

  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /** The names, in order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** The number of values in all tensors. */
  public int size() {
    return tensors.values().stream().mapToInt(WeightTensor::size).sum();
  }

  private List<String> nearest(String name) {
    return tensors.keySet().stream()
        .sorted(Comparator.comparingInt(other -> distance(name, other)))
        .limit(NEAR_NAMES)
        .toList();
  }

  /** How much of the longer name is neither in a common beginning nor in a common end. */
  private static int distance(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    int same = 0;
    while (same < shorter && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    int end = 0;
    while (same < shorter && a.charAt(a.length() - 1 - end) == b.charAt(b.length() - 1 - end)) {
      same++;
      end++;
    }
    return Math.max(a.length(), b.length()) - same;
  }
}
