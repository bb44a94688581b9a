package dev.millrace.core.resnet;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.weights.Weights;
import java.util.List;

/**
 * A residual network for square images.
 *
 * <p>Stage {@code i}, counted from 0, is {@code width << i} wide; its first block halves the sides
 * unless it is the first stage.
 *
 * @param name what it is called, for example {@code resnet50}
 * @param stem what stands before the stages
 * @param block what the stages are made of
 * @param blocks number of blocks in each stage
 * @param width channels after the stem, and of the first stage's 3x3 convolutions
 * @param shortcut what a shortcut does where the shape changes
 * @param classes number of classes
 * @param size side of the images, in pixels
 * @param channels of the images
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
   * A network of the paper.
   *
   * <p>For ImageNet, {@code resnet18}, {@code 34}, {@code 50}, {@code 101} and {@code 152}: table
   * 1, shortcuts {@link Shortcut#B}, 1,000 classes, images of 224x224 pixels. For CIFAR-10, {@code
   * resnet20}, {@code 32}, {@code 44}, {@code 56} and {@code 110}: section 4.2, shortcuts {@link
   * Shortcut#A}, 10 classes, images of 32x32 pixels.
   */
  public static ResNet of(String name) {
    return ResNetFamily.member(name);
  }

  /** The names that {@link #of} knows, from the shallowest to the deepest of each family. */
  public static List<String> names() {
    return ResNetFamily.NAMES;
  }

  public ResNet withClasses(int newClasses) {
    return new ResNet(name, stem, block, blocks, width, shortcut, newClasses, size, channels);
  }

  public ResNet withSize(int newSize) {
    return new ResNet(name, stem, block, blocks, width, shortcut, classes, newSize, channels);
  }

  public ResNet withChannels(int newChannels) {
    return new ResNet(name, stem, block, blocks, width, shortcut, classes, size, newChannels);
  }

  public ResNet withStem(Stem newStem) {
    return new ResNet(name, newStem, block, blocks, width, shortcut, classes, size, channels);
  }

  public ResNet withShortcut(Shortcut newShortcut) {
    return new ResNet(name, stem, block, blocks, width, newShortcut, classes, size, channels);
  }

  /**
   * Walks the network.
   *
   * @param input stands for {@code [N, channels, size, size]}
   * @return what stands for the logits, {@code [N, classes]}
   */
  public <T> T build(NetworkBuilder<T> builder, T input) {
    return new ResNetWalk<>(this, builder).logits(input);
  }

  /** Its layers in the order in which they run. */
  public List<Layer> layers() {
    return LayerListing.of(this);
  }

  /** What its weights are, statistics included, in the order of PyTorch's {@code state_dict}. */
  public List<Parameter> parameters() {
    return layers().stream().flatMap(layer -> layer.parameters().stream()).toList();
  }

  /** How many numbers are trained. */
  public long parameterCount() {
    return layers().stream().mapToLong(Layer::parameterCount).sum();
  }

  /** Multiplications with an addition, an image: what the papers call FLOPs. */
  public long multiplyAdds() {
    return layers().stream().mapToLong(Layer::multiplyAdds).sum();
  }

  /**
   * Finds its weights among those of a {@code state_dict}, and sees that they are all there, of the
   * right shapes, and nothing else. What other implementations name {@code module.*}, {@code
   * linear} and {@code shortcut} is found too.
   *
   * @return the same tensors under torchvision's names, in the order of {@link #parameters}
   * @throws dev.millrace.core.model.ModelException if they are another network's
   */
  public Weights fit(Weights weights) {
    return StateDict.fit(this, weights);
  }

  /** For example {@code resnet20 with shortcuts A, 10 classes and images of 3x32x32}. */
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
