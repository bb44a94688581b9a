package dev.millrace.core.training;

import dev.millrace.core.weights.Weights;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Weights to start from (transfer learning).
 *
 * @param weights the weights under torchvision's names; if the number of classes differs, the head
 *     (the last layer) gets initial weights
 * @param origin a description of the weights, for messages and manifests
 * @param parentVersion the version of the model that holds the weights, or null
 * @param freeze the parts that do not change: {@code stem}, {@code layer1} and so on. The batch
 *     norms of these parts normalise by the stored statistics and do not update the statistics
 */
public record Pretrained(
    Weights weights, String origin, Integer parentVersion, List<String> freeze) {

  /** The part before the stages, for {@link #freeze()}. */
  public static final String STEM = "stem";

  private static final Pattern PART = Pattern.compile("stem|layer[1-8]");

  /**
   * Validates the values.
   *
   * @param weights the weights under torchvision's names
   * @param origin a description of the weights, for messages and manifests
   * @param parentVersion the version of the model that holds the weights, or null
   * @param freeze the parts that do not change
   * @throws IllegalArgumentException if a part to freeze is neither {@code stem} nor {@code layer1}
   *     to {@code layer8}
   */
  public Pretrained {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(origin, "origin");
    freeze = List.copyOf(freeze);
    for (String part : freeze) {
      if (!PART.matcher(part).matches()) {
        throw new IllegalArgumentException(
            "freeze: '" + part + "' is neither stem nor a stage, layer1 and so on");
      }
    }
  }
}
