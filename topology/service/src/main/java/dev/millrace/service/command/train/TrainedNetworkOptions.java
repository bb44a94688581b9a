package dev.millrace.service.command.train;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.core.resnet.Stem;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import dev.millrace.service.command.options.NormalizationOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A mixin of options for the network to train, and for the preprocessing of images. */
@Grouped(Section.NETWORK)
final class TrainedNetworkOptions {

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      defaultValue = "resnet20",
      description =
          "Architecture; 'millrace models describe' shows its layers (default:"
              + " ${DEFAULT-VALUE}).")
  private String architecture;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description =
          "Kind of shortcut in residual blocks that change the shape: A pads with zeros, B is a 1x1"
              + " convolution (default: the architecture's).")
  private Shortcut shortcut;

  @Option(
      names = "--stem",
      paramLabel = "STEM",
      completionCandidates = Stems.class,
      description =
          "Layers before the first stage: ${COMPLETION-CANDIDATES} (default: the"
              + " architecture's).")
  private Stem stem;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of the network's input, in pixels (default: the architecture's).")
  private Integer size;

  @Grouped(Section.PREPROCESSING)
  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description =
          "Length, in pixels, to which an image's shorter side is resized before the crop"
              + " (default: --size if --size is below 64, otherwise 8/7 of --size).")
  private Integer resize;

  @Mixin private NormalizationOptions normalization;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * {@return the network that the options describe} The number of classes is set later, from the
   * training data.
   */
  ResNet network() {
    ResNet network = ResNet.of(architecture);
    network = stem == null ? network : network.withStem(stem);
    network = shortcut == null ? network : network.withShortcut(shortcut);
    return size == null ? network : network.withSize(size);
  }

  /**
   * {@return the network that the options describe} If no option sets its size, its size is that of
   * the version from which the training starts.
   *
   * @param start the version's preprocessing
   */
  ResNet network(Preprocessing start) {
    return size == null && start.isSquare() ? network().withSize(start.width()) : network();
  }

  Preprocessing preprocessing() {
    int side = network().size();
    return normalization.preprocessing(
        side, resize == null ? Preprocessing.usualResize(side) : resize);
  }

  /**
   * {@return the preprocessing of the version from which the training starts, with the values of
   * the options that the user gave}
   *
   * @param start the version's preprocessing
   */
  Preprocessing preprocessing(Preprocessing start) {
    int side = network(start).size();
    int usual =
        side == start.width() && start.isSquare()
            ? start.resize()
            : Preprocessing.usualResize(side);
    int length = resize == null ? usual : resize;
    Preprocessing own = normalization.preprocessing(side, length);
    Given given = new Given(command);
    return new Preprocessing(
        side,
        side,
        length,
        start.fit(),
        start.interpolation(),
        start.exif(),
        start.channels(),
        start.scale(),
        given.or("--mean", own.mean(), start.mean()),
        given.or("--std", own.std(), start.std()));
  }

  /** The allowed values of {@code --stem}. */
  static final class Stems extends LowerCaseNames {
    Stems() {
      super(Stem.class);
    }
  }
}
