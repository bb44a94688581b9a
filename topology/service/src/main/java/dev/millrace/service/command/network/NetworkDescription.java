package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Layer;
import dev.millrace.core.resnet.ResNet;
import java.util.List;

/**
 * A network as {@code models describe --json} prints it.
 *
 * @param name the network's name
 * @param shortcut the kind of shortcut where a block changes the shape
 * @param classes number of classes
 * @param size side of the images, in pixels
 * @param channels number of channels per image
 * @param cost the cost of the network
 * @param layers the layers, from the input to the output
 * @param choices networks that differ from this network in one choice
 */
public record NetworkDescription(
    String name,
    String shortcut,
    int classes,
    int size,
    int channels,
    NetworkCost cost,
    List<Row> layers,
    List<NetworkChoice> choices) {

  /**
   * A layer.
   *
   * @param name the layer's name
   * @param kind the layer's operation
   * @param output shape of the output for one image
   * @param parameters number of trained values
   * @param multiplyAdds number of multiply-add operations per image
   */
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

  /**
   * {@return the description of a network}
   *
   * @param network the network
   */
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
