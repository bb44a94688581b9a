package dev.millrace.core.training;

import dev.millrace.core.weights.Weights;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Weights to start from: transfer learning.
 *
 * @param weights under torchvision's names; a head for other classes is drawn anew
 * @param origin what they are, in words
 * @param parentVersion the version of the model that they are, or null
 * @param freeze what is left as it is: {@code stem}, {@code layer1} and so on. Its batch norms keep
 *     their statistics too, and normalise by them
 */
public record Pretrained(
    Weights weights, String origin, Integer parentVersion, List<String> freeze) {

  /** The freezable part before the stages. */
  public static final String STEM = "stem";

  private static final Pattern PART = Pattern.compile("stem|layer[1-8]");

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
