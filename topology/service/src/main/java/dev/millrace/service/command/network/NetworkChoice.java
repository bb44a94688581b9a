package dev.millrace.service.command.network;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.resnet.Shortcut;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network that differs from the described network in one choice, such as the depth. Its cost is
 * shown for comparison.
 *
 * @param choice the option or the name that selects the network, for example {@code --size 448}
 * @param cost the cost of the network
 */
record NetworkChoice(String choice, NetworkCost cost) {

  private static final int FEW_CLASSES = 10;
  private static final int MANY_CLASSES = 1000;

  /**
   * {@return networks that differ from the given network in one choice; networks with another depth
   * come first}
   */
  static List<NetworkChoice> from(ResNet network) {
    List<NetworkChoice> choices = new ArrayList<>();
    neighbours(network).forEach(other -> choices.add(of(other.name(), other)));
    Shortcut other = network.shortcut() == Shortcut.A ? Shortcut.B : Shortcut.A;
    choices.add(of("--shortcut " + other, network.withShortcut(other)));
    for (int size : List.of(network.size() / 2, network.size() * 2)) {
      if (size >= 1 && size <= Preprocessing.MAX_SIZE) {
        choices.add(of("--size " + size, network.withSize(size)));
      }
    }
    for (int classes : List.of(FEW_CLASSES, MANY_CLASSES)) {
      if (classes != network.classes()) {
        choices.add(of("--classes " + classes, network.withClasses(classes)));
      }
    }
    return choices;
  }

  private static NetworkChoice of(String choice, ResNet network) {
    return new NetworkChoice(choice, NetworkCost.of(network));
  }

  /** Returns the next shallower and the next deeper network with the same stem. */
  private static List<ResNet> neighbours(ResNet network) {
    List<ResNet> family =
        ResNet.names().stream()
            .map(ResNet::of)
            .filter(member -> member.stem() == network.stem())
            .toList();
    int index = family.stream().map(ResNet::name).toList().indexOf(network.name());
    return IntStream.of(index - 1, index + 1)
        .filter(i -> i >= 0 && i < family.size())
        .mapToObj(family::get)
        .map(member -> member.withClasses(network.classes()).withSize(network.size()))
        .map(member -> member.withChannels(network.channels()))
        .map(member -> member.withShortcut(network.shortcut()))
        .toList();
  }
}
