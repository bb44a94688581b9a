package dev.millrace.core.weights;

import dev.millrace.core.model.ModelException;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's weights under the names of PyTorch's {@code state_dict}, for example {@code
 * layer1.0.conv1.weight}, {@code layer1.0.bn1.running_mean} and {@code fc.bias}. Immutable, unless
 * the caller writes to the values. Any number of threads may read the weights at the same time.
 *
 * @param tensors the tensors by name, in the given order: at least one tensor, and at most {@value
 *     #MAX_SIZE} values in all tensors together
 */
public record Weights(Map<String, WeightTensor> tensors) {

  /**
   * The largest number of values. The bytes of this many values, together with the longest header,
   * fit into one Java buffer.
   */
  static final int MAX_SIZE = 500_000_000;

  private static final int NEAR_NAMES = 3;

  /**
   * Validates the names and the number of values, and copies the map.
   *
   * @param tensors the tensors by name, in the given order
   * @throws IllegalArgumentException if there is no tensor, a name is invalid or there are too many
   *     values
   */
  public Weights {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("weights: there are none");
    }
    for (String name : tensors.keySet()) {
      if (name.isBlank() || name.equals(Safetensors.METADATA)) {
        throw new IllegalArgumentException(
            "weights: a tensor's name must not be blank or "
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
   * {@return the tensor with this name}
   *
   * @param name the name
   * @throws ModelException if there is no such tensor; the message lists the most similar names
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
              + "; check that they belong to this architecture and have torchvision's names");
    }
    return tensor;
  }

  /**
   * {@return whether there is a tensor with this name}
   *
   * @param name the name
   */
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /** {@return the names, in order} */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** {@return the number of values in all tensors} */
  public int size() {
    return tensors.values().stream().mapToInt(WeightTensor::size).sum();
  }

  private List<String> nearest(String name) {
    return tensors.keySet().stream()
        .sorted(Comparator.comparingInt(other -> distance(name, other)))
        .limit(NEAR_NAMES)
        .toList();
  }

  /**
   * {@return the length of the longer name without the prefix and the suffix that both names share}
   */
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
