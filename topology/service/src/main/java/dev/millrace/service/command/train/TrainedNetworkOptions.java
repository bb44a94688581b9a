package dev.millrace.service.command.train;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.core.resnet.Stem;
import dev.millrace.service.command.options.NormalizationOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The network to train and its images: a mixin of options. */
final class TrainedNetworkOptions {

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      defaultValue = "resnet20",
      description = "The architecture; 'models describe' tells them (default: ${DEFAULT-VALUE}).")
  private String architecture;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description = "Its shortcuts (default: the architecture's).")
  private Shortcut shortcut;

  @Option(
      names = "--stem",
      paramLabel = "STEM",
      description =
          "What stands before its stages: ${COMPLETION-CANDIDATES} (default: the architecture's).")
  private Stem stem;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of its input (default: the architecture's).")
  private Integer size;

  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "What an image's shorter side is resized to before the crop (default: --size for small"
              + " images, 8/7 of it from 64 on).")
  private Integer resize;

  @Mixin private NormalizationOptions normalization;

  /** From here on there is something to crop. */
  private static final int LARGE = 64;

  /** The network; its classes are the data's. */
  ResNet network() {
    ResNet network = ResNet.of(architecture);
    network = stem == null ? network : network.withStem(stem);
    network = shortcut == null ? network : network.withShortcut(shortcut);
    return size == null ? network : network.withSize(size);
  }

  Preprocessing preprocessing() {
    int side = network().size();
    int usual = side < LARGE ? side : Preprocessing.usualResize(side);
    return normalization.preprocessing(side, resize == null ? usual : resize);
  }
}
