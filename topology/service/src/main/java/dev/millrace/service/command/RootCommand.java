package dev.millrace.service.command;

import dev.millrace.service.command.bench.BenchCommand;
import dev.millrace.service.command.broker.BrokerCommand;
import dev.millrace.service.command.classify.ClassifyCommand;
import dev.millrace.service.command.deadletters.DeadLettersCommand;
import dev.millrace.service.command.demo.DemoCommand;
import dev.millrace.service.command.doctor.DoctorCommand;
import dev.millrace.service.command.evaluate.EvaluateCommand;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.HelpCommand;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.help.WrongUsage;
import dev.millrace.service.command.models.ModelsCommand;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.output.Version;
import dev.millrace.service.command.reference.CompletionCommand;
import dev.millrace.service.command.reference.ManPagesCommand;
import dev.millrace.service.command.sample.SampleCommand;
import dev.millrace.service.command.send.SendCommand;
import dev.millrace.service.command.serve.ServeCommand;
import dev.millrace.service.command.tail.TailCommand;
import dev.millrace.service.command.train.PretrainCommand;
import dev.millrace.service.command.train.TrainCommand;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code millrace}: the options that every command has, and the list of commands. Code
 * that needs the value of an option reads it from the parsed command line.
 */
@Command(
    name = "millrace",
    description = "Image classification inside Apache Kafka.",
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      SampleCommand.class,
      BrokerCommand.class,
      ModelsCommand.class,
      ServeCommand.class,
      ClassifyCommand.class,
      EvaluateCommand.class,
      SendCommand.class,
      TailCommand.class,
      DeadLettersCommand.class,
      TrainCommand.class,
      PretrainCommand.class,
      DoctorCommand.class,
      BenchCommand.class,
      CompletionCommand.class,
      HelpCommand.class,
      ManPagesCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%n",
    footer = {
      "'millrace help COMMAND' shows the options of a command, with examples.",
      "Exit codes: 0 success, 1 failure, 2 wrong usage; 130 or 143 after a signal."
    })
@Grouped(Section.COMMON)
@SuppressWarnings("UnusedVariable")
final class RootCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help message and exit.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print version information and exit.")
  private boolean version;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log more, and print the stack traces of errors.")
  private boolean verbose;

  @Option(
      names = "--log-level",
      paramLabel = "[LOGGER=]LEVEL",
      split = ",",
      converter = LogLevel.Converter.class,
      scope = ScopeType.INHERIT,
      description =
          "Level of the log: off, error, warn (default), info, debug or trace. With LOGGER, the"
              + " level applies to this logger and the loggers below it, as in dev.millrace=info."
              + " May be repeated.")
  private List<LogLevel> logLevels = List.of();

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      converter = LogFormat.Converter.class,
      scope = ScopeType.INHERIT,
      description =
          "Format of the log on standard error: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). JSON prints one object per line, with the field names of the"
              + " Elastic Common Schema.")
  private LogFormat logFormat = LogFormat.TEXT;

  @Option(
      names = ConfigFile.OPTION,
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Read options from this properties file. A key is a key of Kafka, or the name of an option"
              + " without the leading dashes. For example, 'topic' sets --topic for every command,"
              + " and 'send.topic' only for send. Options on the command line override the file.")
  private Path config;

  /** {@return the settings of the log} */
  Logging logging() {
    return new Logging(verbose, logFormat, logLevels);
  }

  @Override
  public void run() {
    throw WrongUsage.commandMissing(spec);
  }
}
