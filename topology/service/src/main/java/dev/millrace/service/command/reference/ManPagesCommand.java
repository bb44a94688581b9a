package dev.millrace.service.command.reference;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.output.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace man-pages}, which the build of a distribution runs. */
@Command(
    name = "man-pages",
    hidden = true,
    description = "Write a manual page for each command.",
    footerHeading = Examples.HEADING,
    footer = {"  millrace man-pages man/man1"})
public final class ManPagesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Folder to write to. It is created if missing.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(folder);
    write(spec.root());
    return ExitCode.DONE;
  }

  private void write(CommandSpec command) throws IOException {
    ManPage page = new ManPage(command, "millrace " + Version.number());
    Files.writeString(folder.resolve(page.name() + ".1"), page.source());
    for (CommandLine below : command.subcommands().values()) {
      if (!below.getCommandSpec().usageMessage().hidden()) {
        write(below.getCommandSpec());
      }
    }
  }
}
