package dev.millrace.service.command.options;

import dev.millrace.core.repository.ModelRepository;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Parses groups of options as a command does. */
public final class ParsedOptions {

  @Command(name = "probe")
  private static final class Probe implements Runnable {
    @Mixin private KafkaOptions kafka;
    @Mixin private RepositoryOption repository;

    @Override
    public void run() {}
  }

  private ParsedOptions() {}

  /** {@return the options of Kafka's clients, read from a configuration file and arguments} */
  public static KafkaOptions kafka(Map<String, String> file, String... args) {
    return parse(file, args).kafka;
  }

  /** {@return the model repository in a folder} */
  public static ModelRepository repository(Path folder) {
    return parse(Map.of(), "--repository", folder.toString()).repository.open();
  }

  private static Probe parse(Map<String, String> file, String... args) {
    Probe probe = new Probe();
    new CommandLine(probe).setDefaultValueProvider(new ConfigFile(file)).parseArgs(args);
    return probe;
  }
}
