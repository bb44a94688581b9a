package dev.millrace.service.command.models;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.WrongUsage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code millrace models}, which manages the repository and the promoted version. */
@Command(
    name = "models",
    description = "Manage model versions, and choose the version that serves.",
    subcommands = {
      ModelsImportCommand.class,
      ModelsQuantizeCommand.class,
      ModelsListCommand.class,
      ModelsShowCommand.class,
      ModelsVerifyCommand.class,
      ModelsCompareCommand.class,
      ModelsCalibrateCommand.class,
      ModelsPromoteCommand.class,
      ModelsRollbackCommand.class,
      ModelsStatusCommand.class,
      ModelsHistoryCommand.class,
      ModelsPruneCommand.class,
      ModelsDescribeCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = Examples.HEADING,
    footer = {"  millrace models list", "  millrace models promote --model fashion --version 2"})
public final class ModelsCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw WrongUsage.commandMissing(spec);
  }
}
