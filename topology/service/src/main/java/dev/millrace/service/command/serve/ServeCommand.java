package dev.millrace.service.command.serve;

import dev.millrace.core.model.Device;
import dev.millrace.service.command.cluster.BrokerPatience;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.TopicOptions;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
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

  @Mixin private TopicOptions topicOptions;

  @Mixin private HttpOptions http;

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
      names = "--from",
      paramLabel = "WHERE",
      description =
          "Where a new group begins: earliest, latest, an instant such as 2026-01-31T12:00:00Z, or"
              + " milliseconds since 1970 (default: earliest). A group with offsets goes on from them.")
  private String from;

  @Option(
      names = "--broker-timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description =
          "How long a broker that does not answer is tried for (default: ${DEFAULT-VALUE}).")
  private double brokerTimeout;

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the ready line and the stop are what comes of it
  public Integer call() throws InterruptedException {
    ServiceConfig config =
        new ServiceConfig(
            inference.config(),
            topicOptions.topics(),
            onBadImage,
            maxRecordBytes,
            pin,
            RecordPlace.byPartition(skip),
            kafka.streams(streamsDefaults()));
    StartUp startUp = new StartUp(kafka, config, createTopics, from);
    Duration patience = patience();
    InferenceService.loadLibraries();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (StopSignal stop = StopSignal.listen();
        JvmGcMetrics gc = new JvmGcMetrics();
        InferenceService service = InferenceService.of(config, registry);
        HttpOptions.Listener listener = http.listen(service, registry)) {
      gc.bindTo(registry);
      new JvmMemoryMetrics().bindTo(registry);
      new ProcessorMetrics().bindTo(registry);
      if (new BrokerPatience(patience, stop::await, System::nanoTime)
          .run(kafka.bootstrapServers(), startUp::prepare)) {
        var unusedReady =
            service.running().thenRun(() -> announce(service, config, startUp, listener));
        var unusedEnd = service.ended().whenComplete((done, failure) -> stop.request());
        service.start();
        stop.await();
        requireSound(service, config);
      }
    }
    return ExitCode.DONE;
  }

  private Duration patience() {
    if (!(brokerTimeout >= 0 && brokerTimeout < 1e9)) {
      throw new IllegalArgumentException(
          "broker-timeout: " + brokerTimeout + " is no number of seconds of at least 0");
    }
    return Duration.ofNanos((long) (brokerTimeout * 1e9));
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

  private void announce(
      InferenceService service,
      ServiceConfig config,
      StartUp startUp,
      HttpOptions.Listener listener) {
    String devices =
        config.inference().engine().devices().stream()
            .map(Device::toString)
            .collect(Collectors.joining(","));
    String line =
        "ready "
            + service.serving().orElseThrow()
            + " on "
            + devices
            + ", "
            + config.topics().inputText()
            + " -> "
            + config.topics().output()
            + ", "
            + startUp.beginning()
            + listener.text();
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static void requireSound(InferenceService service, ServiceConfig config) {
    try {
      service.ended().getNow(null);
    } catch (CompletionException e) {
      throw StreamFailure.explained(e, config);
    }
  }
}
