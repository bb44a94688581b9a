package dev.millrace.service.command;

import dev.millrace.service.command.help.HelpPage;
import dev.millrace.service.command.help.WrongUsage;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.options.RepositoryOption;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs command lines. A command that fails prints one line to the error stream. The line says what
 * went wrong and what to do. With {@code --verbose}, the stack trace follows.
 */
public final class CommandLineTool {

  private static final String VERBOSE = "--verbose";

  private final CommandLine root;
  private ConfigFile config = new ConfigFile(Map.of());

  /**
   * @param out standard output, for the result of a command
   * @param err standard error, for failures, warnings and progress
   */
  public CommandLineTool(PrintWriter out, PrintWriter err) {
    this(out, err, Terminal.NONE);
  }

  /**
   * @param out standard output, for the result of a command
   * @param err standard error, for failures, warnings and progress
   * @param terminal the terminal, whose width limits the width of the help
   */
  public CommandLineTool(PrintWriter out, PrintWriter err, Terminal terminal) {
    this.root =
        new CommandLine(new RootCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionStrategy(this::execute)
            .setParameterExceptionHandler(this::refuse)
            .setExecutionExceptionHandler(
                (e, command, parsed) -> fail(e, command, isVerbose(command.getCommandSpec())));
    HelpPage.layOut(root, terminal.outputColumns());
  }

  /**
   * Runs one command and returns when it has ended.
   *
   * @param args the command line
   * @return the exit code: 0 for success, 1 for a failure, 2 for wrong arguments
   */
  public int run(String... args) {
    try {
      config = ConfigFile.of(args);
    } catch (CommandException e) {
      return fail(e, root, Arrays.asList(args).contains(VERBOSE));
    } catch (ParameterException e) {
      return refuse(new ParameterException(root, e.getMessage(), e), args);
    }
    root.setDefaultValueProvider(config);
    return root.execute(args);
  }

  private int execute(ParseResult parsed) {
    CommandSpec command = last(parsed).commandSpec();
    boolean verbose = isVerbose(command);
    logging(command).configure(command.userObject() instanceof LongRunning);
    try {
      config.requireKnownKeys(root);
    } catch (CommandException e) {
      return fail(e, root, verbose);
    }
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Error e) { // picocli handles only exceptions
      return fail(e, command.commandLine(), verbose);
    } finally {
      close(command);
    }
  }

  /** Closes the model repositories that the mixins of a command have opened. */
  private static void close(CommandSpec command) {
    for (CommandSpec mixin : command.mixins().values()) {
      if (mixin.userObject() instanceof RepositoryOption repository) {
        repository.close();
      }
      close(mixin);
    }
  }

  private static ParseResult last(ParseResult parsed) {
    return parsed.hasSubcommand() ? last(parsed.subcommand()) : parsed;
  }

  private static boolean isVerbose(CommandSpec command) {
    return logging(command).verbose();
  }

  private static Logging logging(CommandSpec command) {
    return ((RootCommand) command.root().userObject()).logging();
  }

  @SuppressWarnings("UnusedVariable") // picocli's handler interface has the parameter args
  private int refuse(ParameterException e, String[] args) {
    try {
      config.requireKnownKeys(root); // the file may have the option under a mistyped key
    } catch (CommandException unknownKey) {
      return fail(unknownKey, root, false);
    }
    String reason = Failure.oneLine(WrongUsage.reason(e));
    return tell(e.getCommandLine(), new Failure(reason, ExitCode.USAGE), null);
  }

  private static int fail(Throwable e, CommandLine command, boolean verbose) {
    return tell(command, Failure.of(e), verbose ? e : null);
  }

  private static int tell(CommandLine command, Failure failure, Throwable shown) {
    String name = command.getCommandSpec().qualifiedName();
    String see = failure.line().endsWith("?") ? " See '" : "; see '";
    String hint = failure.exitCode() == ExitCode.USAGE ? see + name + " --help'" : "";
    logging(command.getCommandSpec())
        .tellFailure(name, failure.line() + hint, shown, command.getErr());
    return failure.exitCode();
  }
}
