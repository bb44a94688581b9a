package dev.millrace.service.command.deadletters;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace dead-letters}. */
@Command(
    name = "dead-letters",
    description = "Show the images that could not be classified, and send them again after a fix.",
    subcommands = {ShowCommand.class, ReplayCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class DeadLettersCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "give a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
