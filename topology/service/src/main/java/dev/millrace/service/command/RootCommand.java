package dev.millrace.service.command;

import dev.millrace.service.command.bench.BenchCommand;
import dev.millrace.service.command.broker.BrokerCommand;
import dev.millrace.service.command.deadletters.DeadLettersCommand;
import dev.millrace.service.command.demo.DemoCommand;
import dev.millrace.service.command.doctor.DoctorCommand;
import dev.millrace.service.command.models.ModelsCommand;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.output.Version;
import dev.millrace.service.command.sample.SampleCommand;
import dev.millrace.service.command.send.SendCommand;
import dev.millrace.service.command.serve.ServeCommand;
import dev.millrace.service.command.tail.TailCommand;
import dev.millrace.service.command.train.TrainCommand;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code millrace} itself: the options that every command has, and the list of commands. The
 * options' values are asked for where they are used, of the parsed command line.
 */
@Command(
    name = "millrace",
    description = "Image classification inside Apache Kafka.",
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      SampleCommand.class,
      BrokerCommand.class,
      ServeCommand.class,
      TrainCommand.class,
      ModelsCommand.class,
      SendCommand.class,
      TailCommand.class,
      DeadLettersCommand.class,
      DoctorCommand.class,
      BenchCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    footer = {
      "",
      "Exit code: 0, 1 (it failed), 2 (wrong usage); after a signal 130 or 143.",
      "'millrace COMMAND --help' tells a command's options."
    })
@SuppressWarnings("UnusedVariable")
final class RootCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Tell what there is to give, and end.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Tell the version, and end.")
  private boolean version;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log what happens, and show where errors come from.")
  private boolean verbose;

  @Option(
      names = ConfigFile.OPTION,
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = {
        "A properties file: every option without its dashes is a key (or COMMAND.option, for one"
            + " command), and so are Kafka's own keys. The command line wins."
      })
  private Path config;

  /** True if asked for more, on the command line or in the file. */
  boolean isVerbose() {
    return verbose;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "give a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
