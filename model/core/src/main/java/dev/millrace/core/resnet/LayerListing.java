package dev.millrace.core.resnet;

import dev.millrace.core.resnet.Layer.Kind;
import java.util.ArrayList;
import java.util.List;

/** Lists a network's layers. This builder represents the output of a layer by its shape. */
final class LayerListing implements NetworkBuilder<LayerListing.Image> {

  private final List<Layer> layers = new ArrayList<>();

  /** The shape of a layer's output: a square image. */
  record Image(int channels, int size) {

    /**
     * {@return the shape of a layer's output for an input of this shape} The side {@code k} of the
     * layer's kernel must be odd, and its padding must be {@code k / 2}.
     */
    Image to(int outputs, int stride) {
      return new Image(outputs, (size - 1) / stride + 1);
    }

    long pixels() {
      return (long) size * size;
    }

    List<Integer> shape() {
      return List.of(channels, size, size);
    }
  }

  private LayerListing() {}

  static List<Layer> of(ResNet network) {
    LayerListing listing = new LayerListing();
    network.build(listing, new Image(network.channels(), network.size()));
    return List.copyOf(listing.layers);
  }

  @Override
  public Image convolution(String name, Image input, Convolution shape) {
    Image output = input.to(shape.to(), shape.stride());
    Parameter weight =
        trained(name + ".weight", shape.to(), shape.from(), shape.kernel(), shape.kernel());
    return add(name, Kind.CONVOLUTION, output, List.of(weight), weight.count() * output.pixels());
  }

  @Override
  public Image batchNorm(String name, Image input, int channels) {
    List<Parameter> parameters =
        List.of(
            trained(name + ".weight", channels),
            trained(name + ".bias", channels),
            new Parameter(name + ".running_mean", List.of(channels), false),
            new Parameter(name + ".running_var", List.of(channels), false));
    return add(name, Kind.BATCH_NORM, input, parameters, 0);
  }

  @Override
  public Image relu(String name, Image input) {
    return add(name, Kind.RELU, input, List.of(), 0);
  }

  @Override
  public Image maxPool(String name, Image input, MaxPooling shape) {
    Image output = input.to(input.channels, shape.stride());
    return add(name, Kind.MAX_POOL, output, List.of(), 0);
  }

  @Override
  public Image add(String name, Image residual, Image shortcut) {
    return add(name, Kind.ADD, residual, List.of(), 0);
  }

  @Override
  public Image zeroPad(String name, Image input, ZeroPadding shape) {
    Image output = input.to(shape.to(), shape.stride());
    return add(name, Kind.ZERO_PAD, output, List.of(), 0);
  }

  @Override
  public Image globalAveragePool(String name, Image input) {
    layers.add(new Layer(name, Kind.GLOBAL_AVERAGE_POOL, List.of(input.channels), List.of(), 0));
    return new Image(input.channels, 1);
  }

  @Override
  public Image linear(String name, Image input, int from, int to) {
    Parameter weight = trained(name + ".weight", to, from);
    List<Parameter> parameters = List.of(weight, trained(name + ".bias", to));
    layers.add(new Layer(name, Kind.LINEAR, List.of(to), parameters, weight.count()));
    return new Image(to, 1);
  }

  private Image add(
      String name, Kind kind, Image output, List<Parameter> parameters, long multiplyAdds) {
    layers.add(new Layer(name, kind, output.shape(), parameters, multiplyAdds));
    return output;
  }

  private static Parameter trained(String name, Integer... shape) {
    return new Parameter(name, List.of(shape), true);
  }
}
