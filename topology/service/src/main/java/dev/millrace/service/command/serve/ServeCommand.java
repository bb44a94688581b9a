package dev.millrace.service.command.serve;

import dev.millrace.blobs.AllowList;
import dev.millrace.core.model.Device;
import dev.millrace.service.command.cluster.BrokerPatience;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.models.ModelTrial;
import dev.millrace.service.command.options.FormatOptions;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.PageOptions;
import dev.millrace.service.command.options.TopicOptions;
import dev.millrace.service.page.LivePage;
import dev.millrace.service.page.PageConfig;
import dev.millrace.service.quality.ChampionGauges;
import dev.millrace.service.quality.LabelReader;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.telemetry.MachineMetrics;
import dev.millrace.service.telemetry.MeterBeans;
import dev.millrace.service.telemetry.Telemetry;
import dev.millrace.service.topics.FollowedTopic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace serve}. */
@Command(
    name = "serve",
    description = {
      "Classify the images of a topic and write predictions to another.",
      "Prints one line that begins with 'ready' once the model is loaded and the service has"
          + " joined its group. Runs until Ctrl-C or SIGTERM."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace serve --model fashion --create-topics 8 --http 8080",
      "  millrace serve --model fashion --guarantee exactly_once_v2 --device cuda:0",
      "  millrace serve --model fashion --config client.properties --input cam-1,cam-2"
    })
public final class ServeCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Mixin private InferenceOptions inference;

  @Mixin private TopicOptions topicOptions;

  @Mixin private FormatOptions formats;

  @Mixin private FetchOptions fetch;

  @Mixin private GroupOptions group;

  @Mixin private HttpOptions http;

  @Mixin private PageOptions page;

  @Mixin private TelemetryOptions telemetry;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--create-topics",
      paramLabel = "PARTITIONS",
      description = "Create missing topics with this many partitions.")
  private Integer createTopics;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--labels-topic",
      paramLabel = "TOPIC",
      description =
          "Topic of labels, as written by 'send --labels-topic'. The page then shows which"
              + " predictions are correct, and the metrics show the share of correct predictions.")
  private String labelsTopic;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--on-bad-image",
      paramLabel = "POLICY",
      description =
          "What to do with an image that cannot be classified: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  private OnBadImage onBadImage = OnBadImage.DEAD_LETTER;

  @Grouped(Section.TOPICS)
  @Option(
      names = "--max-record-bytes",
      paramLabel = "N",
      defaultValue = "" + ServiceConfig.DEFAULT_MAX_RECORD_BYTES,
      description =
          "Largest image record, in bytes, that the service's Kafka clients and the topics from"
              + " --create-topics accept (default: ${DEFAULT-VALUE}, Kafka's own).")
  private int maxRecordBytes;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--skip",
      paramLabel = "TOPIC-PARTITION@OFFSET",
      converter = RecordPlace.Converter.class,
      description =
          "Skip the record at this offset, for example because it does not fit in memory. The"
              + " service writes a dead letter without a value for the skipped record. May be"
              + " repeated for other partitions.")
  private List<RecordPlace> skip = List.of();

  @Grouped(Section.MODEL)
  @Option(
      names = "--pin",
      description =
          "Ignore promotions. Keep serving the version of --version or, without --version, the"
              + " newest version.")
  private boolean pin;

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callbacks handle the results
  public Integer call() throws InterruptedException {
    ServiceConfig config =
        new ServiceConfig(
            inference.config(),
            topicOptions.topics(),
            formats.formats(),
            fetch.config(inference.s3()),
            onBadImage,
            maxRecordBytes,
            pin,
            RecordPlace.byPartition(skip),
            kafka.streams(group.streams()));
    Optional<PageConfig> pageConfig = page.config();
    StartUp startUp = new StartUp(kafka, config, createTopics, group.from());
    Duration patience = group.patience();
    InferenceService.loadLibraries();
    PrometheusMeterRegistry scraped = http.registry();
    MeterBeans.bind(scraped, ManagementFactory.getPlatformMBeanServer());
    try (StopSignal stop = StopSignal.listen();
        Telemetry exported = telemetry.start(config, scraped, http.metrics());
        MachineMetrics machine =
            MachineMetrics.bind(exported.registry(), config.inference().engine().devices());
        InferenceService service =
            InferenceService.of(config, exported.registry(), exported.openTelemetry());
        LabelReader labels = labels(service, config.formats(), exported.registry());
        FollowedTopic trainer = trainer(service, exported.registry());
        HttpOptions.Listener listener =
            http.listen(
                service,
                scraped,
                () ->
                    pageConfig
                        .map(shown -> labels == null ? shown : shown.withTruth(labels::label))
                        .map(shown -> livePage(service, config, scraped, shown)))) {
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

  /** Starts to read the topic of labels. Returns null if {@code --labels-topic} is not set. */
  private LabelReader labels(
      InferenceService service, EventFormats events, MeterRegistry registry) {
    if (labelsTopic == null) {
      return null;
    }
    LabelReader labels =
        LabelReader.open(kafka.configs().consumer(), labelsTopic, events.labels(), registry);
    service.listen(labels);
    return labels;
  }

  /** Starts to read the trainer's reports. Returns null if nobody sees the service's metrics. */
  private FollowedTopic trainer(InferenceService service, MeterRegistry registry) {
    return http.isOn() || telemetry.exportsMetrics()
        ? ChampionGauges.follow(kafka.configs().consumer(), service.model(), registry)
        : null;
  }

  private LivePage livePage(
      InferenceService service,
      ServiceConfig config,
      PrometheusMeterRegistry registry,
      PageConfig shown) {
    return LivePage.open(
        service, config, registry, kafka.configs(), shown, ModelTrial.usual()::check);
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
            + fetches(config.fetch().allowed())
            + listener.text();
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static String fetches(AllowList places) {
    return places.isEmpty() ? "" : ", fetches from " + places;
  }

  private static void requireSound(InferenceService service, ServiceConfig config) {
    try {
      service.ended().getNow(null);
    } catch (CompletionException e) {
      throw StreamFailure.explained(e, config);
    }
  }
}
