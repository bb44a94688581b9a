package dev.millrace.service.command;

import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** All commands, as picocli models them. */
public final class CommandTree {

  private CommandTree() {}

  /** {@return the program itself} */
  public static CommandLine root() {
    return new CommandLine(new RootCommand());
  }

  /** {@return a command and all commands below it} */
  public static Stream<CommandSpec> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getCommandSpec()),
        command.getSubcommands().values().stream().flatMap(CommandTree::all));
  }
}
