package dev.millrace.service.command.broker;

import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.BrokerKeys;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.options.KeyValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace broker}. */
@Command(
    name = "broker",
    description = {
      "Run a single-node Kafka broker for development.",
      "Prints 'ready HOST:PORT' once the broker accepts clients. Runs until Ctrl-C or"
          + " SIGTERM. The broker does not create topics by itself."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace broker --dir millrace-data/kafka --port 9092",
      "  millrace broker -X log.retention.hours=1"
    })
public final class BrokerCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "millrace-data/broker",
      description = "Folder for the broker's data (default: ${DEFAULT-VALUE}).")
  private Path dir;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "" + BrokerConfig.DEFAULT_PORT,
      description = "Port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = BrokerConfig.DEFAULT_HOST,
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Grouped(Section.KAFKA)
  @Option(
      names = "-X",
      paramLabel = "KEY=VALUE",
      description =
          "Property of Kafka's broker. May be repeated. In a --config file, the key has the"
              + " prefix 'broker.'. Clients connect to the listener "
              + BrokerConfig.CLIENTS
              + ". To create a user for SCRAM, add user_NAME=\"PASSWORD\" to this listener's JAAS"
              + " configuration. Keep secrets in the --config file.")
  private List<String> overrides = new ArrayList<>();

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callback handles the result
  public Integer call() throws InterruptedException {
    BrokerConfig config = new BrokerConfig(dir, host, port, overrides());
    StopSignal stop = StopSignal.listen();
    try (stop;
        EmbeddedBroker broker = EmbeddedBroker.start(config)) {
      var unused = broker.failure().thenRun(stop::request);
      spec.commandLine().getOut().println("ready " + broker.bootstrapServers());
      spec.commandLine().getOut().flush();
      stop.await();
      requireSound(broker);
    }
    return ExitCode.DONE;
  }

  private Map<String, String> overrides() {
    Map<String, String> all = new HashMap<>();
    if (spec.defaultValueProvider() instanceof ConfigFile file) {
      all.putAll(BrokerKeys.select(file.values()));
    }
    all.putAll(KeyValue.parse(overrides, spec));
    return all;
  }

  private static void requireSound(EmbeddedBroker broker) throws InterruptedException {
    if (broker.failure().isDone()) {
      try {
        Throwable fault = broker.failure().get();
        throw new CommandException("the broker failed: " + fault.getMessage(), fault);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
