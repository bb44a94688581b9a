package dev.millrace.service.command;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs command lines. Every failure is one line on the error stream that says what to do, with a
 * stack trace below it only with {@code --verbose}.
 */
public final class CommandLineTool {

  private static final String VERBOSE = "--verbose";

  private final CommandLine root;

  /**
   * @param out what a command is asked for
   * @param err everything else
   */
  public CommandLineTool(PrintWriter out, PrintWriter err) {
    this.root =
        new CommandLine(new RootCommand())
            .setOut(out)
            .setErr(err)
            .setExecutionStrategy(CommandLineTool::execute)
            .setParameterExceptionHandler(CommandLineTool::refuse)
            .setExecutionExceptionHandler(
                (e, command, parsed) -> fail(e, command, isVerbose(parsed)));
  }

  /**
   * Runs one command to its end.
   *
   * @return 0, 1 if it failed, 2 if the arguments are wrong
   */
  public int run(String... args) {
    try {
      root.setDefaultValueProvider(ConfigFile.of(args, root));
    } catch (CommandException e) {
      return fail(e, root, Arrays.asList(args).contains(VERBOSE));
    } catch (ParameterException e) {
      return refuse(new ParameterException(root, e.getMessage(), e), args);
    }
    return root.execute(args);
  }

  private static int execute(ParseResult parsed) {
    Object command = last(parsed).commandSpec().userObject();
    Logging.configure(isVerbose(parsed), command instanceof LongRunning);
    return new CommandLine.RunLast().execute(parsed);
  }

  private static ParseResult last(ParseResult parsed) {
    return parsed.hasSubcommand() ? last(parsed.subcommand()) : parsed;
  }

  private static boolean isVerbose(ParseResult parsed) {
    return parsed.matchedOptionValue(VERBOSE, false)
        || (parsed.hasSubcommand() && isVerbose(parsed.subcommand()));
  }

  private static int refuse(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(name + ": " + Failure.oneLine(e.getMessage()) + "; see '" + name + " --help'");
    command.getErr().flush();
    return ExitCode.USAGE;
  }

  private static int fail(Exception e, CommandLine command, boolean verbose) {
    Failure failure = Failure.of(e);
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + failure.line());
    if (verbose) {
      e.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return failure.exitCode();
  }
}
