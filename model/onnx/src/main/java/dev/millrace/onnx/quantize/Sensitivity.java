package dev.millrace.onnx.quantize;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The damage of each layer: the divergence of a model in which only this layer is quantised.
 *
 * @param damage the divergences, in nats, by the keys of the layers
 */
record Sensitivity(Map<String, Double> damage) {

  /** A layer does far more damage than the others if its damage exceeds the mean by this factor. */
  private static final double FAR_MORE = 3;

  /** The largest share of layers that can do far more damage than the others, as a divisor. */
  private static final int FEW = 8;

  /** Copies the map. */
  Sensitivity {
    damage = Map.copyOf(damage);
  }

  /** {@return the layers, the most damaging first} */
  List<String> order() {
    return damage.keySet().stream()
        .sorted(
            Comparator.comparingDouble((String layer) -> -damage.get(layer))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /**
   * {@return the layers that do more than three times the mean damage, the most damaging first; at
   * most an eighth of all layers}
   */
  List<String> outliers() {
    double mean = damage.values().stream().mapToDouble(each -> each).average().orElse(0);
    return order().stream()
        .filter(layer -> damage.get(layer) > FAR_MORE * mean)
        .limit(mostOutliers(damage.size()))
        .toList();
  }

  /** {@return the largest number of layers that can do far more damage than the others} */
  static int mostOutliers(int layers) {
    return layers / FEW;
  }
}
