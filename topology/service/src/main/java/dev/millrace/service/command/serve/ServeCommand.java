package dev.millrace.service.command.serve;

import dev.millrace.core.model.Device;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace serve}. */
@Command(
    name = "serve",
    description = {
      "Classify the images of a topic into another, until Ctrl-C or SIGTERM.",
      "Prints one line that begins with 'ready' once the model is warm and the group is joined."
    })
public final class ServeCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private InferenceOptions inference;

  @Option(
      names = "--input",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_INPUT,
      description = "Where the images come from (default: ${DEFAULT-VALUE}).")
  private String input;

  @Option(
      names = "--output",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_OUTPUT,
      description = "Where the predictions go (default: ${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--dead-letters",
      paramLabel = "TOPIC",
      description = "Where images go that cannot be classified (default: INPUT.dead-letters).")
  private String deadLetters;

  @Option(
      names = "--create-topics",
      paramLabel = "PARTITIONS",
      description = "Make the topics that are missing, with so many partitions.")
  private Integer createTopics;

  @Option(
      names = "--on-bad-image",
      paramLabel = "POLICY",
      description =
          "What becomes of an image that cannot be classified: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private OnBadImage onBadImage = OnBadImage.DEAD_LETTER;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "N",
      defaultValue = "" + ServiceConfig.DEFAULT_MAX_RECORD_BYTES,
      description =
          "The largest image record, for the topics that --create-topics makes and for the clients"
              + " (default: ${DEFAULT-VALUE}, Kafka's own).")
  private int maxRecordBytes;

  @Option(
      names = "--skip",
      paramLabel = "TOPIC-PARTITION@OFFSET",
      converter = RecordPlace.Converter.class,
      description =
          "Pass this one record unread, because it does not fit in memory: a dead letter without a"
              + " value takes its place. May be repeated, for other partitions.")
  private List<RecordPlace> skip = List.of();

  @Option(
      names = "--guarantee",
      paramLabel = "GUARANTEE",
      converter = Guarantee.Converter.class,
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Guarantee guarantee = Guarantee.AT_LEAST_ONCE;

  @Option(
      names = "--application-id",
      paramLabel = "ID",
      description =
          "The consumer group; instances with the same one share the work (default: millrace-MODEL).")
  private String applicationId;

  @Option(
      names = "--pin",
      description = "Serve --version, else the newest, to the end, whatever 'models promote' says.")
  private boolean pin;

  @Option(
      names = "--stream-threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads of Kafka Streams (default: ${DEFAULT-VALUE}).")
  private int streamThreads;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description =
          "Answer /metrics, /v2/health and /v2/models on this port, 0 for any free one; not without.")
  private Integer httpPort;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "The address --http listens on (default: ${DEFAULT-VALUE}).")
  private String httpHost;

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the ready line and the stop are what comes of it
  public Integer call() throws InterruptedException {
    Topics topics =
        deadLetters == null ? Topics.of(input, output) : new Topics(input, output, deadLetters);
    ServiceConfig config =
        new ServiceConfig(
            inference.config(),
            topics,
            onBadImage,
            maxRecordBytes,
            pin,
            RecordPlace.byPartition(skip),
            kafka.streams(streamsDefaults()));
    InferenceService.loadLibraries();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (StopSignal stop = StopSignal.listen();
        JvmGcMetrics gc = new JvmGcMetrics()) {
      gc.bindTo(registry);
      new JvmMemoryMetrics().bindTo(registry);
      new ProcessorMetrics().bindTo(registry);
      prepareTopics(topics);
      try (InferenceService service = InferenceService.start(config, registry)) {
        Optional<HttpEndpoint> http = listen(service, registry);
        try {
          var unusedReady = service.running().thenRun(() -> announce(service, config, http));
          var unusedEnd = service.ended().whenComplete((done, failure) -> stop.request());
          stop.await();
          requireSound(service);
        } finally {
          http.ifPresent(HttpEndpoint::close);
        }
      }
    }
    return ExitCode.DONE;
  }

  private Map<String, String> streamsDefaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee.toString());
    defaults.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.toString(streamThreads));
    if (applicationId != null) {
      defaults.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    }
    return defaults;
  }

  private void prepareTopics(Topics topics) throws InterruptedException {
    if (createTopics != null && createTopics < 1) {
      throw new IllegalArgumentException("create-topics: " + createTopics + " is not above 0");
    }
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
      if (createTopics != null) {
        try (Admin admin = Admin.create(kafka.admin())) {
          TopicCreation.create(admin, topics, createTopics, maxRecordBytes);
        }
      }
      cluster.requireTopics(
          onBadImage == OnBadImage.FAIL
              ? Set.of(topics.input(), topics.output())
              : Set.of(topics.input(), topics.output(), topics.deadLetters()));
    }
  }

  private Optional<HttpEndpoint> listen(
      InferenceService service, PrometheusMeterRegistry registry) {
    if (httpPort == null) {
      return Optional.empty();
    }
    InetSocketAddress address = new InetSocketAddress(httpHost, httpPort);
    try {
      return Optional.of(HttpEndpoint.listen(address, service, registry));
    } catch (IOException e) {
      throw new CommandException(
          "cannot listen on "
              + httpHost
              + ":"
              + httpPort
              + ": "
              + e.getMessage()
              + "; give --http another port",
          e);
    }
  }

  private void announce(
      InferenceService service, ServiceConfig config, Optional<HttpEndpoint> http) {
    String devices =
        config.inference().engine().devices().stream()
            .map(Device::toString)
            .collect(Collectors.joining(","));
    String line =
        "ready "
            + service.serving()
            + " on "
            + devices
            + ", "
            + config.topics().input()
            + " -> "
            + config.topics().output()
            + http.map(endpoint -> ", http " + httpHost + ":" + endpoint.address().getPort())
                .orElse("");
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static void requireSound(InferenceService service) {
    try {
      service.ended().getNow(null);
    } catch (CompletionException e) {
      throw new CommandException(
          e.getCause().getMessage() + "; --verbose tells more", e.getCause());
    }
  }
}
