package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Layer;
import dev.millrace.core.resnet.ResNet;
import java.util.List;

/** A network as {@code models describe --json} tells it. */
public record NetworkDescription(
    String name,
    String shortcut,
    int classes,
    int size,
    int channels,
    NetworkCost cost,
    List<Row> layers,
    List<NetworkChoice> choices) {

  /** A layer; the output's shape is an image's. */
  public record Row(
      String name, String kind, List<Integer> output, long parameters, long multiplyAdds) {

    static Row of(Layer layer) {
      return new Row(
          layer.name(),
          layer.kind().name(),
          layer.output(),
          layer.parameterCount(),
          layer.multiplyAdds());
    }
  }

  public static NetworkDescription of(ResNet network) {
    return new NetworkDescription(
        network.name(),
        network.shortcut().name(),
        network.classes(),
        network.size(),
        network.channels(),
        NetworkCost.of(network),
        network.layers().stream().map(Row::of).toList(),
        NetworkChoice.from(network));
  }
}
