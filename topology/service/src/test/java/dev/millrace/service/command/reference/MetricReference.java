package dev.millrace.service.command.reference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.events.LabelDeserializer;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.RandomModel;
import dev.millrace.service.quality.ChampionGauges;
import dev.millrace.service.quality.LabelReader;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.Topics;
import dev.millrace.service.topics.FollowedTopic;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;

/**
 * Writes Millrace's own metrics as Markdown, as a running service reports them at {@code /metrics}.
 */
final class MetricReference {

  private static final String MODEL = "reference";
  private static final Pattern HELP = Pattern.compile("# HELP (millrace_\\w+) (.*)");
  private static final Pattern TYPE = Pattern.compile("# TYPE (millrace_\\w+) (\\w+)");
  private static final Pattern SAMPLE = Pattern.compile("(millrace_\\w+)\\{(.*)} .*");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
  private static final List<String> LATE =
      List.of(
          "millrace_partition_stalled_seconds{",
          "millrace_swap_count_total{",
          "millrace_inference_live_images{",
          "millrace_champion_accuracy{",
          "millrace_training_waiting{");

  private final Map<String, String> help = new TreeMap<>();
  private final Map<String, String> types = new TreeMap<>();
  private final Map<String, Set<String>> labels = new TreeMap<>();

  /**
   * Starts a service and promotes another version, so that the service has all metrics.
   *
   * @return the metrics as Markdown
   */
  static String markdown(RunningBroker broker, Path folder) throws Exception {
    RandomModel.publish(folder, MODEL, 2, 1);
    RandomModel.publish(folder, MODEL, 2, 2);
    promote(broker, folder, 1);
    Topics topics = new Topics("reference", "reference.out", "reference.dead-letters");
    for (String topic :
        Set.of("reference", "reference.out", "reference.dead-letters", "reference.labels")) {
      broker.createTopic(topic, Map.of());
    }
    Properties kafka = new Properties();
    kafka.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Map<String, Object> clients = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (InferenceService service =
            InferenceService.start(
                ServiceConfig.of(InferenceConfig.of(folder, MODEL), topics, kafka), registry);
        LabelReader labelled =
            LabelReader.open(clients, "reference.labels", new LabelDeserializer(), registry);
        FollowedTopic trainer = ChampionGauges.follow(clients, MODEL, registry);
        Producer<String, String> producer =
            new KafkaProducer<>(clients, new StringSerializer(), new StringSerializer())) {
      var unused = producer.send(new ProducerRecord<>("reference.labels", "a", "cat"));
      labelled.predicted(
          new Prediction(
              "a",
              new Prediction.Model(MODEL, 1, "0".repeat(64)),
              "cat",
              1,
              List.of(),
              null,
              new Prediction.Source("reference", 0, 0)),
          0);
      ChampionReport report =
          new ChampionReport(MODEL, new ChampionMeasure(1, 500, 0.9, null, null, 1, false));
      broker.send(ControlTopic.STATUS, report.key(), new String(report.toJson(), UTF_8));
      TrainingWait wait = new TrainingWait(MODEL, null);
      broker.send(ControlTopic.STATUS, wait.key(), new String(wait.toJson(), UTF_8));
      promote(broker, folder, 2);
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> LATE.stream().allMatch(registry.scrape()::contains));
      return new MetricReference().read(registry.scrape()).table();
    }
  }

  private static void promote(RunningBroker broker, Path folder, int version) {
    CapturedRun.of(
            "models",
            "promote",
            "--model",
            MODEL,
            "--version",
            Integer.toString(version),
            "--repository",
            folder.toString(),
            "--bootstrap-servers",
            broker.bootstrapServers())
        .succeeded();
  }

  private MetricReference read(String metrics) {
    for (String line : metrics.lines().toList()) {
      match(HELP, line, match -> help.put(match.group(1), match.group(2)));
      match(TYPE, line, match -> types.put(match.group(1), match.group(2)));
      match(SAMPLE, line, this::labels);
    }
    return this;
  }

  private static void match(Pattern pattern, String line, Consumer<Matcher> use) {
    Matcher matcher = pattern.matcher(line);
    if (matcher.matches()) {
      use.accept(matcher);
    }
  }

  private void labels(Matcher sample) {
    String name = sample.group(1).replaceAll("_(bucket|sum|count|max)$", "");
    name = types.containsKey(name) ? name : sample.group(1);
    Set<String> all = labels.computeIfAbsent(name, any -> new TreeSet<>());
    Matcher label = LABEL.matcher(sample.group(2));
    while (label.find()) {
      if (!label.group(1).equals("le")) {
        all.add("`" + label.group(1) + "`");
      }
    }
  }

  private String table() {
    StringBuilder table = new StringBuilder("| metric | type | labels | |\n|---|---|---|---|\n");
    Set<String> names = Set.copyOf(types.keySet());
    types
        .keySet()
        .removeIf(
            name ->
                name.endsWith("_max")
                    && names.contains(name.substring(0, name.length() - "_max".length())));
    types.forEach(
        (name, type) ->
            table.append(
                "| `%s` | %s | %s | %s |%n"
                    .formatted(
                        name,
                        type,
                        String.join(", ", labels.getOrDefault(name, Set.of())),
                        help.getOrDefault(name, "").strip())));
    return table.toString();
  }
}
