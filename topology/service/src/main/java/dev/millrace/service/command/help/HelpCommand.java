package dev.millrace.service.command.help;

import dev.millrace.service.command.lifecycle.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code millrace help}. It replaces picocli's own help command, which accepts only one
 * word and so cannot show the help of {@code models import}.
 */
@Command(
    name = "help",
    description = "Show the help of a command.",
    footerHeading = Examples.HEADING,
    footer = {"  millrace help serve", "  millrace help models import"})
public final class HelpCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "Name of the command, such as 'models import' (default: the program itself).")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    CommandLine command = spec.root().commandLine();
    for (String word : words) {
      CommandLine next = command.getSubcommands().get(word);
      if (next == null) {
        throw new ParameterException(spec.commandLine(), WrongUsage.noCommand(word, command));
      }
      command = next;
    }
    command.usage(spec.commandLine().getOut());
    return ExitCode.DONE;
  }
}
