package dev.millrace.onnx;

import dev.millrace.onnx.proto.AttributeProto;
import dev.millrace.onnx.proto.GraphProto;
import dev.millrace.onnx.proto.NodeProto;
import dev.millrace.onnx.proto.TensorProto;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Shows that a model normalises its input itself, as many Keras models and models with PyTorch's
 * {@code Normalize} inside do. If the pixels were also normalised before the model, its answers
 * would be wrong. The evidence is the first operator that computes with the pixels: a division of
 * large values, or the subtraction of a mean.
 *
 * @param operator the operator with its constant, in words, for example {@code Div by 255.0}
 * @param white the value of a white pixel in the model's input: 255 or 1
 */
public record OwnNormalization(String operator, int white) {

  /**
   * The smallest divisor of a pixel that shows a scale of 0..255. The usual divisors are 127.5 and
   * 255.
   */
  private static final float SMALLEST_DIVISOR = 100;

  /** The largest number of constants: one for each channel, with alpha. */
  private static final int MOST_CONSTANTS = 4;

  /** Operators that change the shape, the type or the order of the pixels, but not their scale. */
  private static final Set<String> CARRIERS =
      Set.of(
          "Cast",
          "DequantizeLinear",
          "Gather",
          "Identity",
          "QuantizeLinear",
          "Reshape",
          "Resize",
          "Slice",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  /** Operators that read only the shape of the pixels. */
  private static final Set<String> SHAPES = Set.of("Shape", "Size");

  /**
   * Searches a model for its own normalisation.
   *
   * @return the evidence; empty if there is none
   */
  static Optional<OwnNormalization> of(OnnxFile file) {
    GraphProto graph = file.graph();
    String value = file.input().getName();
    Set<String> visited = new HashSet<>();
    Optional<NodeProto> node = onlyReader(graph, value);
    while (node.isPresent() && visited.add(value) && isCarrier(node.get(), value)) {
      value = node.get().getOutput(0);
      node = onlyReader(graph, value);
    }
    String pixels = value;
    return node.filter(OwnNormalization::isBinary).flatMap(found -> shown(graph, found, pixels));
  }

  /**
   * {@return the only node that reads a value, and not only its shape; empty if there are several}
   */
  private static Optional<NodeProto> onlyReader(GraphProto graph, String value) {
    List<NodeProto> readers =
        graph.getNodeList().stream()
            .filter(node -> node.getInputList().contains(value))
            .filter(node -> !SHAPES.contains(node.getOpType()))
            .toList();
    return readers.size() == 1 ? Optional.of(readers.get(0)) : Optional.empty();
  }

  private static boolean isCarrier(NodeProto node, String value) {
    return OnnxFile.STANDARD_DOMAINS.contains(node.getDomain())
        && CARRIERS.contains(node.getOpType())
        && node.getInput(0).equals(value)
        && node.getOutputCount() == 1;
  }

  private static boolean isBinary(NodeProto node) {
    return OnnxFile.STANDARD_DOMAINS.contains(node.getDomain()) && node.getInputCount() == 2;
  }

  private static Optional<OwnNormalization> shown(GraphProto graph, NodeProto node, String pixels) {
    boolean first = node.getInput(0).equals(pixels);
    List<Float> constants = constants(graph).getOrDefault(node.getInput(first ? 1 : 0), List.of());
    if (constants.isEmpty() || constants.size() > MOST_CONSTANTS) {
      return Optional.empty();
    }
    return switch (node.getOpType()) {
      case "Div" -> divided(first, constants, "Div by ", 1);
      case "Mul" -> divided(true, constants, "Mul by ", -1);
      case "Sub" -> subtracted(first, constants, "Sub of ", 1);
      case "Add" -> subtracted(true, constants, "Add of ", -1);
      default -> Optional.empty();
    };
  }

  /**
   * @param exponent 1 if the constants are divisors, -1 if they are factors
   */
  private static Optional<OwnNormalization> divided(
      boolean ofPixels, List<Float> constants, String words, int exponent) {
    boolean isLarge =
        constants.stream().allMatch(value -> Math.pow(value, exponent) >= SMALLEST_DIVISOR);
    return ofPixels && isLarge
        ? Optional.of(new OwnNormalization(words + text(constants), 255))
        : Optional.empty();
  }

  /**
   * @param sign 1 if the constants are subtracted, -1 if they are added
   */
  private static Optional<OwnNormalization> subtracted(
      boolean fromPixels, List<Float> constants, String words, int sign) {
    if (!fromPixels || constants.stream().anyMatch(value -> !(sign * value > 0))) {
      return Optional.empty();
    }
    boolean isUnit = constants.stream().allMatch(value -> sign * value < 1);
    boolean isBytes = constants.stream().allMatch(value -> sign * value > 1);
    return isUnit || isBytes
        ? Optional.of(new OwnNormalization(words + text(constants), isUnit ? 1 : 255))
        : Optional.empty();
  }

  private static String text(List<Float> constants) {
    return constants.stream().distinct().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** {@return the graph's small constants of float32 and float16, by name} */
  private static Map<String, List<Float>> constants(GraphProto graph) {
    Map<String, List<Float>> constants = new HashMap<>();
    graph.getInitializerList().forEach(weight -> constants.put(weight.getName(), values(weight)));
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
        node.getAttributeList()
            .forEach(attribute -> constants.put(node.getOutput(0), values(attribute)));
      }
    }
    return constants;
  }

  private static List<Float> values(AttributeProto attribute) {
    return switch (attribute.getName()) {
      case "value" -> values(attribute.getT());
      case "value_float" -> List.of(attribute.getF());
      case "value_floats" -> List.copyOf(attribute.getFloatsList());
      default -> List.of();
    };
  }

  private static List<Float> values(TensorProto tensor) {
    long count = tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
    if (count < 1 || count > MOST_CONSTANTS || !OnnxWeights.isFloat(tensor)) {
      return List.of();
    }
    FloatBuffer buffer = OnnxWeights.values(tensor);
    List<Float> values = new ArrayList<>();
    while (buffer.hasRemaining()) {
      values.add(buffer.get());
    }
    return values;
  }
}
