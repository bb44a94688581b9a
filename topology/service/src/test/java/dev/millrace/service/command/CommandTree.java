package dev.millrace.service.command;

import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The model that picocli builds of all commands. */
public final class CommandTree {

  private CommandTree() {}

  /**
   * {@return the command {@code millrace}, which contains all others} As on the command line, the
   * values of options may be in lower case.
   */
  public static CommandLine root() {
    return new CommandLine(new RootCommand()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** {@return a command and all its subcommands, at every level} */
  public static Stream<CommandSpec> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getCommandSpec()),
        command.getSubcommands().values().stream().flatMap(CommandTree::all));
  }
}
