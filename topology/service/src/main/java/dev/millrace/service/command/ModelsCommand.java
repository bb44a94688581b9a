package dev.millrace.service.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace models}: what is in the repository. */
@Command(
    name = "models",
    description = "Put models into the repository and see what is there.",
    subcommands = {
      ModelsImportCommand.class,
      ModelsListCommand.class,
      ModelsShowCommand.class,
      ModelsVerifyCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class ModelsCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "give a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
