package dev.millrace.service.command.models;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace models}: what is in the repository, and what of it serves. */
@Command(
    name = "models",
    description =
        "Put models into the repository, see what is there, and say which version serves.",
    subcommands = {
      ModelsDescribeCommand.class,
      ModelsImportCommand.class,
      ModelsListCommand.class,
      ModelsShowCommand.class,
      ModelsVerifyCommand.class,
      ModelsPromoteCommand.class,
      ModelsRollbackCommand.class,
      ModelsPruneCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class ModelsCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "give a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
