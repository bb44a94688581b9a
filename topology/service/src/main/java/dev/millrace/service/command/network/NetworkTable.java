package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Layer;
import dev.millrace.core.resnet.Layer.Kind;
import dev.millrace.core.resnet.ResNet;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Prints a network. The table has a row for each layer that has weights or changes the shape, and a
 * row for the sum of each stage. A convolution's row includes the parameters of its batch norm. A
 * second table shows the costs of networks that differ from this network in one choice, such as the
 * depth.
 */
public final class NetworkTable {

  private static final String LAYER = "%-26s %-7s %-12s %13s %10s";
  private static final String CHOICE = "%-26s %11s %9s %8s %10s %9s %9s";

  private final PrintWriter out;

  /**
   * Creates a table.
   *
   * @param out the writer to print to
   */
  public NetworkTable(PrintWriter out) {
    this.out = out;
  }

  /**
   * Prints a network.
   *
   * @param network the network
   */
  public void print(ResNet network) {
    NetworkCost cost = NetworkCost.of(network);
    out.println(
        network
            + ": "
            + count(cost.parameters())
            + " parameters, "
            + rounded(cost.multiplyAdds())
            + " GFLOPs");
    out.println();
    layers(network.layers(), cost);
    out.println();
    choices(network, cost);
    out.println();
    out.println(
        "GFLOPs are billions of multiply-add operations per image, as the papers count them: in"
            + " convolutions and in the classifier.");
  }

  private void layers(List<Layer> layers, NetworkCost cost) {
    print(LAYER, "layer", "kernel", "output", "parameters", "GFLOPs");
    String stage = "";
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String itsStage = stage(layer);
      if (!itsStage.isEmpty() && !itsStage.equals(stage)) {
        sum(itsStage, layers.stream().filter(other -> stage(other).equals(itsStage)).toList());
      }
      stage = itsStage;
      switch (layer.kind()) {
        case CONVOLUTION -> row(layer, layer.parameterCount() + layers.get(i + 1).parameterCount());
        case LINEAR, MAX_POOL, ZERO_PAD, GLOBAL_AVERAGE_POOL -> row(layer, layer.parameterCount());
        case BATCH_NORM, RELU, ADD -> {}
      }
    }
    print(LAYER, "total", "", "", count(cost.parameters()), exact(cost.multiplyAdds()));
  }

  /**
   * Returns the part of a layer's name before the first dot, or an empty text if the name has no
   * dot.
   */
  private static String stage(Layer layer) {
    return layer.name().substring(0, Math.max(0, layer.name().indexOf('.')));
  }

  private void sum(String stage, List<Layer> layers) {
    print(
        LAYER,
        stage,
        "",
        shape(layers.get(layers.size() - 1)),
        count(layers.stream().mapToLong(Layer::parameterCount).sum()),
        exact(layers.stream().mapToLong(Layer::multiplyAdds).sum()));
  }

  private void row(Layer layer, long parameters) {
    String indent = stage(layer).isEmpty() ? "" : "  ";
    print(
        LAYER,
        indent + layer.name(),
        kernel(layer),
        shape(layer),
        parameters == 0 ? "" : count(parameters),
        layer.multiplyAdds() == 0 ? "" : exact(layer.multiplyAdds()));
  }

  private static String kernel(Layer layer) {
    if (layer.kind() != Kind.CONVOLUTION) {
      return "";
    }
    int side = layer.parameters().get(0).shape().get(2);
    return side + "x" + side;
  }

  private static String shape(Layer layer) {
    return layer.output().stream().map(String::valueOf).collect(Collectors.joining("x"));
  }

  private void choices(ResNet network, NetworkCost cost) {
    print(CHOICE, "what a choice costs", "parameters", "", "GFLOPs", "", "fp32 MB", "fp16 MB");
    choice("as it is", cost, "", "");
    for (NetworkChoice other : NetworkChoice.from(network)) {
      choice(
          other.choice(),
          other.cost(),
          change(other.cost().parameters(), cost.parameters()),
          change(other.cost().multiplyAdds(), cost.multiplyAdds()));
    }
  }

  private void choice(String name, NetworkCost cost, String parameters, String multiplyAdds) {
    print(
        CHOICE,
        name,
        count(cost.parameters()),
        parameters,
        rounded(cost.multiplyAdds()),
        multiplyAdds,
        String.format(Locale.ROOT, "%.1f", cost.fp32Bytes() / 1e6),
        String.format(Locale.ROOT, "%.1f", cost.fp16Bytes() / 1e6));
  }

  private void print(String format, Object... columns) {
    out.println(String.format(Locale.ROOT, format, columns).stripTrailing());
  }

  private static String count(long parameters) {
    return String.format(Locale.ROOT, "%,d", parameters);
  }

  private static String exact(long multiplyAdds) {
    return String.format(Locale.ROOT, "%.5f", multiplyAdds / 1e9);
  }

  /** Formats a number in billions, with three significant digits, for example 4.09 or 0.0406. */
  private static String rounded(long multiplyAdds) {
    return new BigDecimal(multiplyAdds).movePointLeft(9).round(new MathContext(3)).toPlainString();
  }

  private static String change(long value, long from) {
    return value == from
        ? "the same"
        : String.format(Locale.ROOT, "%+.1f %%", 100.0 * (value - from) / from);
  }
}
