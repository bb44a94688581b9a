package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.cluster.TopicReader;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.deadletters.DeadLetter;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.WakeupException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace dead-letters show}. */
@Command(
    name = "show",
    description = {
      "Print dead letters with their reasons, one line each.",
      "Reads the dead-letter topic up to its current end. A line has the time, the key, the"
          + " position of the dead letter, the position of the original record, and the reason for"
          + " the failure."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace dead-letters show --count 10",
      "  millrace dead-letters show --reason timeout --json"
    })
final class ShowCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private DeadLetterChoice choice;

  @Option(names = "--json", description = "Print each dead letter as one line of JSON.")
  private boolean json;

  @Override
  public Integer call() {
    long count = choice.count();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireTopics(Set.of(choice.topic()));
    }
    try (Consumer<byte[], byte[]> consumer = TopicReader.consumer(kafka);
        StopSignal stop = StopSignal.listen(consumer::wakeup)) {
      show(new TopicReader(consumer), count);
    } catch (WakeupException e) {
      // A signal has ended the command, and sets the JVM's exit code.
    }
    return ExitCode.DONE;
  }

  private void show(TopicReader reader, long count) {
    DeadLetterLine line =
        new DeadLetterLine(json, ZoneId.systemDefault(), Terminal.ofThisProcess().outputStyle());
    PrintWriter out = spec.commandLine().getOut();
    long[] shown = {0};
    reader.read(
        choice.topic(),
        record -> {
          DeadLetter letter = new DeadLetter(record);
          if (choice.includes(letter)) {
            out.println(line.of(letter));
            shown[0]++;
          }
          return shown[0] < count && !out.checkError();
        });
  }
}
