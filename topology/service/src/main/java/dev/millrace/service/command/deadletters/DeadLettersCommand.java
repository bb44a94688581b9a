package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.WrongUsage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code millrace dead-letters}. */
@Command(
    name = "dead-letters",
    description = "Show images that could not be classified, and send them again.",
    subcommands = {ShowCommand.class, ReplayCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace dead-letters show --count 10",
      "  millrace dead-letters replay --dry-run"
    })
public final class DeadLettersCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw WrongUsage.commandMissing(spec);
  }
}
