package dev.millrace.core.resnet;

/** Calls a builder for each layer of a network. */
final class ResNetWalk<T> {

  private final ResNet network;
  private final NetworkBuilder<T> builder;

  ResNetWalk(ResNet network, NetworkBuilder<T> builder) {
    this.network = network;
    this.builder = builder;
  }

  T logits(T input) {
    T x = builder.block(input, this::stem);
    int from = network.width();
    for (int stage = 0; stage < network.blocks().size(); stage++) {
      int width = network.width() << stage;
      for (int block = 0; block < network.blocks().get(stage); block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block("layer" + (stage + 1) + "." + block + ".", x, from, width, stride);
        from = width * network.block().expansion();
      }
    }
    return builder.linear("fc", builder.globalAveragePool("avgpool", x), from, network.classes());
  }

  private T stem(T input) {
    return switch (network.stem()) {
      case CIFAR -> builder.relu("relu", normalised("conv1", "bn1", input, stem(3, 1)));
      case CIFAR_HALVED -> builder.relu("relu", normalised("conv1", "bn1", input, stem(3, 2)));
      case IMAGENET ->
          builder.maxPool(
              "maxpool",
              builder.relu("relu", normalised("conv1", "bn1", input, stem(7, 2))),
              new MaxPooling(3, 2));
    };
  }

  private Convolution stem(int kernel, int stride) {
    return new Convolution(network.channels(), network.width(), kernel, stride);
  }

  private T block(String name, T input, int from, int width, int stride) {
    return builder.block(input, x -> layers(name, x, from, width, stride));
  }

  private T layers(String name, T input, int from, int width, int stride) {
    int to = width * network.block().expansion();
    T residual =
        switch (network.block()) {
          case BASIC -> basic(name, input, from, width, stride);
          case BOTTLENECK -> bottleneck(name, input, from, width, to, stride);
        };
    T shortcut = stride == 1 && from == to ? input : shortcut(name, input, from, to, stride);
    return builder.relu(name + "relu", builder.add(name + "add", residual, shortcut));
  }

  private T basic(String name, T input, int from, int width, int stride) {
    T x = normalised(name, 1, input, new Convolution(from, width, 3, stride));
    x = builder.relu(name + "relu1", x);
    return normalised(name, 2, x, new Convolution(width, width, 3, 1));
  }

  private T bottleneck(String name, T input, int from, int width, int to, int stride) {
    T x = normalised(name, 1, input, new Convolution(from, width, 1, 1));
    x = builder.relu(name + "relu1", x);
    x = normalised(name, 2, x, new Convolution(width, width, 3, stride));
    x = builder.relu(name + "relu2", x);
    return normalised(name, 3, x, new Convolution(width, to, 1, 1));
  }

  private T shortcut(String name, T input, int from, int to, int stride) {
    return switch (network.shortcut()) {
      case A -> builder.zeroPad(name + "shortcut", input, new ZeroPadding(from, to, stride));
      case B ->
          normalised(
              name + "downsample.0",
              name + "downsample.1",
              input,
              new Convolution(from, to, 1, stride));
    };
  }

  private T normalised(String block, int index, T input, Convolution shape) {
    return normalised(block + "conv" + index, block + "bn" + index, input, shape);
  }

  private T normalised(String convolution, String batchNorm, T input, Convolution shape) {
    return builder.batchNorm(batchNorm, builder.convolution(convolution, input, shape), shape.to());
  }
}
