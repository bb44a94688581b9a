package dev.millrace.core.resnet;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The networks from the paper by He et al. (2015), by name. */
final class ResNetFamily {

  private static final Map<Integer, List<Integer>> BASIC =
      Map.of(18, List.of(2, 2, 2, 2), 34, List.of(3, 4, 6, 3));

  private static final Map<Integer, List<Integer>> BOTTLENECK =
      Map.of(50, List.of(3, 4, 6, 3), 101, List.of(3, 4, 23, 3), 152, List.of(3, 8, 36, 3));

  /**
   * The depths of the CIFAR-10 networks: 6n + 2 layers, with n blocks in each of the three stages.
   */
  private static final List<Integer> CIFAR = List.of(20, 32, 44, 56, 110);

  static final List<String> NAMES =
      Stream.concat(Stream.of(18, 34, 50, 101, 152), CIFAR.stream())
          .map(depth -> "resnet" + depth)
          .toList();

  private ResNetFamily() {}

  static ResNet member(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "architecture: '" + name + "' is not one of " + String.join(", ", NAMES));
    }
    int depth = Integer.parseInt(name.substring("resnet".length()));
    if (CIFAR.contains(depth)) {
      int n = (depth - 2) / 6;
      return new ResNet(name, Stem.CIFAR, Block.BASIC, List.of(n, n, n), 16, Shortcut.A, 10, 32, 3);
    }
    List<Integer> basic = BASIC.get(depth);
    return basic != null
        ? imageNet(name, Block.BASIC, basic)
        : imageNet(name, Block.BOTTLENECK, BOTTLENECK.get(depth));
  }

  private static ResNet imageNet(String name, Block block, List<Integer> blocks) {
    return new ResNet(name, Stem.IMAGENET, block, blocks, 64, Shortcut.B, 1000, 224, 3);
  }
}
