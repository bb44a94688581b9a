package dev.millrace.core.training;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.Weights;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The weights from which a training starts (transfer learning).
 *
 * @param weights the weights under torchvision's names, with or without a last layer
 * @param classes names of the classes, in the order of the rows of the last layer; empty if they
 *     are unknown. If they are known, each class keeps its row of the last layer, and new classes
 *     get random rows. If they are unknown, the last layer is kept if it has as many rows as there
 *     are classes; otherwise, it gets random weights
 * @param origin a description of the weights, for messages and manifests
 * @param parentVersion number of the model version that the weights were read from, or null
 * @param freeze the parts of the network that training does not change: {@code stem}, {@code
 *     layer1} and so on. The batch norms of these parts normalise with their stored statistics, and
 *     do not update these statistics
 */
public record Pretrained(
    Weights weights,
    List<String> classes,
    String origin,
    Integer parentVersion,
    List<String> freeze) {

  /** The name that {@link #freeze()} uses for the layers before the first stage. */
  public static final String STEM = "stem";

  private static final Pattern PART = Pattern.compile("stem|layer[1-8]");

  /**
   * Validates the values.
   *
   * @param weights the weights under torchvision's names
   * @param classes names of the classes of the last layer, or empty
   * @param origin a description of the weights, for messages and manifests
   * @param parentVersion number of the model version that the weights were read from, or null
   * @param freeze the parts of the network that training does not change
   * @throws IllegalArgumentException if a part to freeze is neither {@code stem} nor {@code layer1}
   *     to {@code layer8}
   */
  public Pretrained {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(origin, "origin");
    classes = List.copyOf(classes);
    freeze = List.copyOf(freeze);
    for (String part : freeze) {
      if (!PART.matcher(part).matches()) {
        throw new IllegalArgumentException(
            "freeze: '" + part + "' is neither stem nor a stage, layer1 and so on");
      }
    }
  }

  /**
   * Requires that a network has all parts that {@link #freeze} names.
   *
   * @param network the network to train
   * @throws IllegalArgumentException if a part is missing; the message names the network's parts
   */
  void requireParts(ResNet network) {
    List<String> parts =
        Stream.concat(
                Stream.of(STEM),
                network.parameters().stream()
                    .map(parameter -> parameter.name().split("\\.", 2)[0])
                    .filter(part -> PART.matcher(part).matches())
                    .distinct())
            .toList();
    for (String part : freeze) {
      if (!parts.contains(part)) {
        int last = parts.size() - 1;
        throw new IllegalArgumentException(
            "freeze: "
                + network.name()
                + " has no "
                + part
                + "; its parts are "
                + String.join(", ", parts.subList(0, last))
                + " and "
                + parts.get(last));
      }
    }
  }
}
