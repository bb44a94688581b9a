package dev.millrace.service.command.models;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.network.NetworkDescription;
import dev.millrace.service.command.network.NetworkTable;
import dev.millrace.service.command.output.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace models describe}. */
@Command(
    name = "describe",
    description = {
      "Show the layers and costs of an architecture.",
      "Prints the shape, parameters and GFLOPs of each layer. A second table has the costs of"
          + " networks that differ in one choice: depth, shortcut, image size or number of classes."
          + " resnet18, 34, 50, 101 and 152 are the architectures for ImageNet; resnet20, 32, 44,"
          + " 56 and 110 are those for CIFAR-10."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace models describe resnet50",
      "  millrace models describe resnet20 --classes 100 --json"
    })
final class ModelsDescribeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Architecture, for example resnet50.")
  private String name;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description =
          "Number of classes (default: 1000 for ImageNet's architectures, 10 for CIFAR's).")
  private Integer classes;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Side of the images, in pixels (default: 224 for ImageNet's architectures, 32 for"
              + " CIFAR's).")
  private Integer size;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "3",
      description = "Number of channels per image (default: ${DEFAULT-VALUE}).")
  private int channels;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description =
          "Shortcut where the shape changes: A pads zeros, B is a 1x1 convolution (default:"
              + " B for ImageNet's architectures, A for CIFAR's).")
  private Shortcut shortcut;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ResNet network = ResNet.of(name).withChannels(channels);
    network = classes == null ? network : network.withClasses(classes);
    network = size == null ? network : network.withSize(size);
    network = shortcut == null ? network : network.withShortcut(shortcut);
    if (json) {
      spec.commandLine().getOut().println(Json.line(NetworkDescription.of(network)));
    } else {
      new NetworkTable(spec.commandLine().getOut()).print(network);
    }
    return ExitCode.DONE;
  }
}
