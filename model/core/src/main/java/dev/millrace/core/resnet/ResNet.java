package dev.millrace.core.resnet;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.weights.Weights;
import java.util.List;

/**
 * A residual network for square images.
 *
 * <p>Stage {@code i}, counted from 0, is {@code width << i} channels wide. In every stage except
 * stage 0, the first block halves the height and the width.
 *
 * @param name the network's name, for example {@code resnet50}
 * @param stem the layers before the stages
 * @param block the kind of block in the stages
 * @param blocks number of blocks in each stage: 1 to 8 list elements, each from 1 to 1,000
 * @param width number of channels after the stem and in the first stage's 3x3 convolutions; 1 to
 *     4,096
 * @param shortcut the kind of shortcut where a block changes the shape
 * @param classes number of classes, 1 to 1,048,576
 * @param size side of the images, in pixels; 1 to {@value Preprocessing#MAX_SIZE}
 * @param channels number of channels of the images, for example 3 for RGB; 1 to 4,096
 */
public record ResNet(
    String name,
    Stem stem,
    Block block,
    List<Integer> blocks,
    int width,
    Shortcut shortcut,
    int classes,
    int size,
    int channels) {

  private static final int MOST_STAGES = 8;
  private static final int MOST_BLOCKS = 1000;
  private static final int MOST_CHANNELS = 1 << 12;
  private static final int MOST_CLASSES = 1 << 20;

  /**
   * Validates the values.
   *
   * @param name the network's name, for example {@code resnet50}
   * @param stem the layers before the stages
   * @param block the kind of block in the stages
   * @param blocks number of blocks in each stage
   * @param width number of channels after the stem
   * @param shortcut the kind of shortcut where a block changes the shape
   * @param classes number of classes, 1 to 1,048,576
   * @param size side of the images, in pixels
   * @param channels number of channels of the images, for example 3 for RGB; 1 to 4,096
   * @throws IllegalArgumentException if a value is out of range; the message contains the name of
   *     the parameter and the value
   */
  public ResNet {
    requireBetween("stages", blocks.size(), 1, MOST_STAGES);
    for (int count : blocks) {
      requireBetween("blocks", count, 1, MOST_BLOCKS);
    }
    blocks = List.copyOf(blocks);
    requireBetween("width", width, 1, MOST_CHANNELS);
    requireBetween("classes", classes, 1, MOST_CLASSES);
    requireBetween("size", size, 1, Preprocessing.MAX_SIZE);
    requireBetween("channels", channels, 1, MOST_CHANNELS);
  }

  /**
   * {@return a network from the paper by He et al. (2015)}
   *
   * <p>For ImageNet: {@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet101} and
   * {@code resnet152} (table 1), with shortcuts {@link Shortcut#B}, 1,000 classes and images of
   * 224x224 pixels.
   *
   * <p>For CIFAR-10: {@code resnet20}, {@code resnet32}, {@code resnet44}, {@code resnet56} and
   * {@code resnet110} (section 4.2), with shortcuts {@link Shortcut#A}, 10 classes and images of
   * 32x32 pixels.
   *
   * @param name the network's name
   * @throws IllegalArgumentException if no network has this name; the message lists the names
   */
  public static ResNet of(String name) {
    return ResNetFamily.member(name);
  }

  /** {@return the names that {@link #of} accepts, sorted by family and depth} */
  public static List<String> names() {
    return ResNetFamily.NAMES;
  }

  /**
   * {@return a copy of this network with another number of classes}
   *
   * @param newClasses number of classes
   */
  public ResNet withClasses(int newClasses) {
    return new ResNet(name, stem, block, blocks, width, shortcut, newClasses, size, channels);
  }

  /**
   * {@return a copy of this network for images of another size}
   *
   * @param newSize side of the images, in pixels
   */
  public ResNet withSize(int newSize) {
    return new ResNet(name, stem, block, blocks, width, shortcut, classes, newSize, channels);
  }

  /**
   * {@return a copy of this network for images with another number of channels}
   *
   * @param newChannels number of channels of the images
   */
  public ResNet withChannels(int newChannels) {
    return new ResNet(name, stem, block, blocks, width, shortcut, classes, size, newChannels);
  }

  /**
   * {@return a copy of this network with another stem}
   *
   * @param newStem the layers before the stages
   */
  public ResNet withStem(Stem newStem) {
    return new ResNet(name, newStem, block, blocks, width, shortcut, classes, size, channels);
  }

  /**
   * {@return a copy of this network with another kind of shortcut}
   *
   * @param newShortcut the kind of shortcut where a block changes the shape
   */
  public ResNet withShortcut(Shortcut newShortcut) {
    return new ResNet(name, stem, block, blocks, width, newShortcut, classes, size, channels);
  }

  /**
   * Calls a builder for each layer, in the order in which the layers run.
   *
   * @param <T> the builder's representation of a layer's input or output
   * @param builder the builder to call
   * @param input the builder's representation of the images, of shape {@code [N, channels, size,
   *     size]}
   * @return the builder's representation of the logits, of shape {@code [N, classes]}
   */
  public <T> T build(NetworkBuilder<T> builder, T input) {
    return new ResNetWalk<>(this, builder).logits(input);
  }

  /** {@return the layers, in the order in which they run} */
  public List<Layer> layers() {
    return LayerListing.of(this);
  }

  /**
   * {@return the weight tensors, including the statistics of batch norms, in the order of PyTorch's
   * {@code state_dict}}
   */
  public List<Parameter> parameters() {
    return layers().stream().flatMap(layer -> layer.parameters().stream()).toList();
  }

  /** {@return the number of trainable values, without the statistics of batch norms} */
  public long parameterCount() {
    return layers().stream().mapToLong(Layer::parameterCount).sum();
  }

  /**
   * {@return the number of multiply-add operations per image; the ResNet paper calls them FLOPs}
   */
  public long multiplyAdds() {
    return layers().stream().mapToLong(Layer::multiplyAdds).sum();
  }

  /**
   * Selects this network's weights from a {@code state_dict}, and verifies that no tensor is
   * missing, has a wrong shape or belongs to no layer. This method also accepts three kinds of
   * names from other implementations. The method drops the prefix {@code module.}, and reads {@code
   * linear} as {@code fc} and {@code shortcut} as {@code downsample}.
   *
   * @param weights the weights, under torchvision's names or the other accepted names
   * @return the same tensors under torchvision's names, in the order of {@link #parameters}
   * @throws dev.millrace.core.model.ModelException if the weights belong to another network
   */
  public Weights fit(Weights weights) {
    return StateDict.fit(this, weights);
  }

  /**
   * {@return a description, for example {@code resnet20 with shortcuts A, 10 classes and images of
   * 3x32x32}}
   */
  @Override
  public String toString() {
    return name
        + " with shortcuts "
        + shortcut
        + ", "
        + classes
        + " classes and images of "
        + channels
        + "x"
        + size
        + "x"
        + size;
  }

  private static void requireBetween(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          key + ": " + value + " is not between " + least + " and " + most);
    }
  }
}
