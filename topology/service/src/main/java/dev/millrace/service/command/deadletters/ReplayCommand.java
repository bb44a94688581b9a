package dev.millrace.service.command.deadletters;

import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.cluster.TopicReader;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.deadletters.DeadLetter;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace dead-letters replay}. */
@Command(
    name = "replay",
    description = {
      "Send each dead letter once to the topic that its image came from.",
      "Reads the dead-letter topic TOPIC up to its current end. The compacted topic TOPIC"
          + ReplayLog.SUFFIX
          + " lists the dead letters that were sent. The transaction that sends a dead letter also"
          + " adds the dead letter to this list. A record that was sent again has the header "
          + DeadLetter.REPLAYED
          + ". If that record becomes a dead letter, too, a replay sends it only with --again."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace dead-letters replay --dry-run",
      "  millrace dead-letters replay --reason timeout"
    })
final class ReplayCommand implements Callable<Integer> {

  private static final int KAFKAS_LIMIT = 1_048_588;

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private DeadLetterChoice choice;

  @Option(
      names = "--to",
      paramLabel = "TOPIC",
      description = "Topic to send the images to (default: the topic that each image came from).")
  private String to;

  @Option(
      names = "--again",
      description = "Also send dead letters that failed again after a replay.")
  private boolean again;

  @Option(names = "--dry-run", description = "Show what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print the counts as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    long count = choice.count();
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireTopics(to == null ? Set.of(choice.topic()) : Set.of(choice.topic(), to));
      Map<String, Integer> limits = new HashMap<>();
      ReplayLog log = log();
      Replay replay =
          new Replay(
              log,
              Optional.ofNullable(to),
              again,
              topic -> limits.computeIfAbsent(topic, name -> limit(cluster, name)));
      if (dryRun) {
        rehearse(log, replay, count);
      } else {
        send(log, replay, count, limit(cluster, choice.topic()));
      }
      report(replay);
    }
    return ExitCode.DONE;
  }

  private ReplayLog log() throws InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      return ReplayLogTopic.open(admin, choice.topic(), !dryRun);
    }
  }

  private static int limit(Cluster cluster, String topic) {
    cluster.requireTopics(Set.of(topic));
    return cluster.maxMessageBytes(topic).orElse(KAFKAS_LIMIT);
  }

  private void rehearse(ReplayLog log, Replay replay, long count) {
    DeadLetterLine line =
        new DeadLetterLine(json, ZoneId.systemDefault(), Terminal.ofThisProcess().outputStyle());
    read(
        log,
        replay,
        count,
        (letter, record) -> spec.commandLine().getOut().println(line.of(letter)));
  }

  private void send(ReplayLog log, Replay replay, long count, int maxBytes) {
    String topic = choice.topic();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer(ReplayTransactions.defaults(topic, maxBytes)),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      ReplayTransactions transactions = new ReplayTransactions(producer, topic);
      read(
          log,
          replay,
          count,
          (letter, record) -> transactions.send(record, log.entry(letter, record.topic())));
      transactions.commit();
    }
  }

  private void read(
      ReplayLog log,
      Replay replay,
      long count,
      BiConsumer<DeadLetter, ProducerRecord<byte[], byte[]>> sender) {
    try (Consumer<byte[], byte[]> consumer = TopicReader.consumer(kafka);
        StopSignal stop = StopSignal.listen(consumer::wakeup)) {
      TopicReader reader = new TopicReader(consumer);
      if (log.exists()) {
        reader.read(log.topic(), entry -> log.add(entry));
      }
      reader.read(
          choice.topic(),
          record -> {
            DeadLetter letter = new DeadLetter(record);
            if (choice.includes(letter)) {
              replay.record(letter).ifPresent(made -> sender.accept(letter, made));
            }
            return replay.replayed() < count;
          });
    } catch (WakeupException e) {
      // A signal ends the replay. The records sent so far are committed, and the signal sets the
      // JVM's exit code.
    }
  }

  private void report(Replay replay) {
    ReplayReport report = new ReplayReport(choice.topic(), dryRun, replay.counts());
    spec.commandLine().getOut().println(json ? report.json() : report.line());
  }
}
