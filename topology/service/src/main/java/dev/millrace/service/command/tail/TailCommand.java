package dev.millrace.service.command.tail;

import dev.millrace.control.GrouplessConsumer;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.deadletters.DeadLetterLine;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.RegistryOptions;
import dev.millrace.service.command.output.PredictionLine;
import dev.millrace.service.command.output.Style;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.serve.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace tail}. */
@Command(
    name = "tail",
    description = {
      "Print the predictions or dead letters of a topic as they arrive.",
      "A dead letter is shown with its key and the reason for the failure. Only committed records"
          + " are shown. The command uses no consumer group and commits no offsets."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace tail --from-beginning --count 10",
      "  millrace tail --from-beginning --idle 5 --json",
      "  millrace tail --topic images.dead-letters"
    })
public final class TailCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private RegistryOptions registry;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_OUTPUT,
      description = "Topic of predictions or dead letters (default: ${DEFAULT-VALUE}).")
  private String topic;

  @Option(
      names = "--from-beginning",
      description = "Start with the oldest record instead of the next new record.")
  private boolean fromBeginning;

  @Option(names = "--count", paramLabel = "N", description = "Stop after N records.")
  private Long count;

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description =
          "Stop after this many seconds without a record. If fewer than --count records have"
              + " arrived by then, the exit code is 1.")
  private Double idle;

  @Option(
      names = "--json",
      description = "Print each record as one line of JSON, and nothing else.")
  private boolean json;

  @Override
  public Integer call() {
    long wanted = wanted();
    Duration patience = patience();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireTopics(Set.of(topic));
    }
    try (Consumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                kafka.consumer(defaults()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        StopSignal stop = StopSignal.listen(consumer::wakeup)) {
      PredictionTail tail = new PredictionTail(consumer, topic, System::nanoTime);
      PredictionScreen screen = screen();
      tail.start(fromBeginning);
      long shown = tail.follow(wanted, patience, screen);
      requireEnough(shown, screen);
    } catch (WakeupException e) {
      // A signal has ended the command, and sets the JVM's exit code.
    } catch (TimeoutException e) {
      throw Cluster.unreachable(kafka.bootstrapServers(), limit(), e);
    }
    return ExitCode.DONE;
  }

  /** {@return how long the consumer waits for an answer from a broker} */
  private Duration limit() {
    Object millis = kafka.consumer(defaults()).get(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
    return Duration.ofMillis(Long.parseLong(millis.toString().strip()));
  }

  private long wanted() {
    if (count == null) {
      return Long.MAX_VALUE;
    }
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " is not above 0");
    }
    return count;
  }

  private Duration patience() {
    if (idle == null) {
      return Duration.ofDays(36_500);
    }
    if (!(idle > 0 && idle < 1e9)) {
      throw new IllegalArgumentException("idle: " + idle + " must be above 0 seconds");
    }
    return Duration.ofNanos((long) (idle * 1e9));
  }

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new HashMap<>(KafkaOptions.PATIENCE);
    defaults.putAll(GrouplessConsumer.KEYS);
    defaults.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "10000");
    return defaults;
  }

  private PredictionScreen screen() {
    ZoneId zone = ZoneId.systemDefault();
    Style style = Terminal.ofThisProcess().outputStyle();
    return new PredictionScreen(
        spec.commandLine().getOut(),
        registry.predictions(),
        this::complain,
        json ? null : new PredictionLine(zone, style),
        new DeadLetterLine(json, zone, style));
  }

  private void requireEnough(long shown, PredictionScreen screen) {
    if (count != null && shown < count && screen.flush()) {
      throw new CommandException(
          shown + " of " + count + " records arrived, and then none for " + idle + " s");
    }
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + line);
    err.flush();
  }
}
