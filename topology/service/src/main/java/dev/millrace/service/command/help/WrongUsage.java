package dev.millrace.service.command.help;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains what is wrong with a command line. */
public final class WrongUsage {

  private WrongUsage() {}

  /**
   * {@return the reason in one sentence}
   *
   * <p>If an option is mistyped and a required option is missing, the reason names only the
   * mistyped option, because the user may have meant the required option. The reason never contains
   * the text after a {@code =}, because this text may be a secret.
   *
   * @param e picocli's exception
   */
  public static String reason(ParameterException e) {
    for (CommandLine command = e.getCommandLine(); command != null; command = command.getParent()) {
      for (String argument : command.getUnmatchedArguments()) {
        if (isOption(argument)) {
          return unknown(argument, command);
        }
      }
    }
    return e instanceof UnmatchedArgumentException unmatched
        ? unknown(unmatched.getUnmatched().get(0), e.getCommandLine())
        : e.getMessage();
  }

  /**
   * {@return the exception for a command line without a required subcommand}
   *
   * @param command the command that has the subcommands
   */
  public static ParameterException commandMissing(CommandSpec command) {
    return new ParameterException(
        command.commandLine(),
        "give a command: " + String.join(", ", commands(command.commandLine())));
  }

  private static boolean isOption(String argument) {
    return argument.length() > 1 && argument.startsWith("-");
  }

  private static String unknown(String argument, CommandLine command) {
    String name = argument.substring(0, (argument + "=").indexOf('='));
    if (isOption(argument)) {
      return "there is no option '" + name + "'" + Suggestions.text(name, options(command));
    }
    return command.getSubcommands().isEmpty()
        ? "'" + name + "' is one argument too many"
        : noCommand(name, command);
  }

  /**
   * {@return an error message for a word that is not a command, with a suggestion}
   *
   * @param name the word
   * @param command the command whose subcommands were searched
   */
  static String noCommand(String name, CommandLine command) {
    return "there is no command '" + name + "'" + Suggestions.text(name, commands(command));
  }

  private static List<String> options(CommandLine command) {
    List<String> names = new ArrayList<>(command.getCommandSpec().negatedOptionsMap().keySet());
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        names.addAll(List.of(option.names()));
      }
    }
    return names;
  }

  private static List<String> commands(CommandLine command) {
    return command.getSubcommands().entrySet().stream()
        .filter(entry -> !hidden(entry.getValue().getCommandSpec()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean hidden(CommandSpec command) {
    return command.usageMessage().hidden();
  }
}
