package dev.millrace.service.command.send;

import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.images.ImageFile;
import dev.millrace.service.command.images.ImageFiles;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Progress;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.serve.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace send}. */
@Command(
    name = "send",
    description = {
      "Send image files or folders to a topic.",
      "For a file in a folder, the key of the record is the file's path below that folder,"
          + " such as cats/1.jpg. For a file that PATH names, the key is the name of the file."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace send --rate 100 millrace-data/sample/images",
      "  millrace send --labels-topic labels millrace-data/sample/images"
    })
public final class SendCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_INPUT,
      description = "Topic to send the images to (default: ${DEFAULT-VALUE}).")
  private String topic;

  @Option(
      names = "--labels-topic",
      paramLabel = "TOPIC",
      description =
          "Also send each image's label to this topic, under the same key. The label is the"
              + " name of the file's folder.")
  private String labelsTopic;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Images per second (default: no limit).")
  private double rate = Double.POSITIVE_INFINITY;

  @Option(
      names = "--all",
      description = "Send every file, not only files with the extension of an image, such as .jpg.")
  private boolean all;

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Image file, or folder of images.")
  private List<Path> paths;

  private volatile Progress progress = Progress.NONE;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<ImageFile> files = ImageFiles.find(paths, all, this::complain);
    try (StopSignal stop = StopSignal.listen()) {
      Pacer pacer = new Pacer(rate, System::nanoTime, stop::await);
      Map<String, Object> configuration = kafka.producer(defaults());
      try (Producer<String, byte[]> producer =
              new KafkaProducer<>(
                  configuration, new StringSerializer(), new ByteArraySerializer());
          Progress bar =
              Progress.of(
                  spec.commandLine().getErr(),
                  Terminal.ofThisProcess(),
                  "send",
                  files.size(),
                  "images")) {
        progress = bar;
        ImageSender sender =
            new ImageSender(
                producer,
                topic,
                Optional.ofNullable(labelsTopic),
                Integer.parseInt(
                    configuration.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG).toString().strip()),
                this::complain,
                bar::step);
        long start = System.nanoTime();
        for (ImageFile file : files) {
          pacer.awaitTurn();
          if (stop.isRequested() || sender.failure().isPresent()) {
            break;
          }
          sender.send(file);
        }
        sender.flush();
        bar.close();
        progress = Progress.NONE;
        return conclude(sender, (System.nanoTime() - start) / 1e9);
      }
    }
  }

  /**
   * Checks the topics, and returns the producer's configuration. The producer fails after at most
   * 20 s without an answer. The producer waits until all in-sync replicas have a record, so no
   * acknowledged record is lost.
   */
  private Map<String, String> defaults() {
    int limit;
    try (Cluster cluster = Cluster.of(kafka)) {
      Set<String> topics = new LinkedHashSet<>(Set.of(topic));
      if (labelsTopic != null) {
        topics.add(labelsTopic);
      }
      cluster.requireTopics(topics);
      limit =
          cluster
              .maxMessageBytes(topic)
              .orElse(kafkas(ProducerConfig.MAX_REQUEST_SIZE_CONFIG).intValue());
    }
    return Map.of(
        ProducerConfig.ACKS_CONFIG, "all",
        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(limit),
        ProducerConfig.BUFFER_MEMORY_CONFIG,
            Long.toString(Math.max(limit, kafkas(ProducerConfig.BUFFER_MEMORY_CONFIG).longValue())),
        ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(1 << 18),
        ProducerConfig.LINGER_MS_CONFIG, "5",
        ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000",
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000",
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "20000");
  }

  /** {@return Kafka's default value of a configuration key of the producer} */
  private static Number kafkas(String key) {
    return (Number) ProducerConfig.configDef().defaultValues().get(key);
  }

  private int conclude(ImageSender sender, double seconds) {
    SendReport report = sender.report(seconds);
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? report.json() : report.line());
    out.flush();
    if (sender.failure().isPresent()) {
      throw new CommandException(
          "stopped: " + Failure.of(sender.failure().get()).line(), sender.failure().get());
    }
    return report.failed() == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    progress.print(
        () -> {
          err.println(spec.qualifiedName() + ": " + line);
          err.flush();
        });
  }
}
