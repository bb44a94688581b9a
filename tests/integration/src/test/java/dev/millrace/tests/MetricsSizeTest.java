package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlWriter;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Counts the lines of the metrics of a serving instance, before and after many swaps. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class MetricsSizeTest {

  private static final int MOST_LINES = 300;
  private static final int SWAPS = 12;
  private static final int MANY_SWAPS = 100;
  private static final int PARTITIONS = 30;
  private static final int IMAGES = 4;
  private static final String NAME = "measured";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void metrics_haveFewLinesWithHelp_alsoAfterSwaps(EmbeddedBroker broker) throws Exception {
    countLines(broker, SWAPS);
  }

  /** Counts the lines after a hundred swaps. */
  @Test
  @Tag("nightly")
  @Tag("swap")
  void metrics_haveFewLinesWithHelp_alsoAfterManySwaps(EmbeddedBroker broker) throws Exception {
    countLines(broker, MANY_SWAPS);
  }

  private void countLines(EmbeddedBroker broker, int swaps) throws Exception {
    Path repository = folder.resolve("models");
    ModelVersion model = Models.publishRandom(repository, NAME);
    for (int version = 2; version <= swaps + 1; version++) {
      Models.publishRandom(repository, NAME);
    }
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (MillraceProcess service =
            MillraceProcess.start(folder, "", serve(broker, repository, model));
        Producer<String, byte[]> producer =
            new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer())) {
      int port = Integer.parseInt(service.awaitLine("ready .*, http .*:(\\d+)", PATIENCE));
      URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
      String before = get(metrics);
      assertFewLinesWithHelp(before);

      byte[] image = Images.noise("png", 40, 40, 1);
      byte[] label = "class-1".getBytes(StandardCharsets.UTF_8);
      ControlWriter control = new ControlWriter(kafka, kafka);
      try (Admin admin = Admin.create(kafka)) {
        admin.createTopics(List.of(new NewTopic("measured-labels", 1, (short) 1))).all().get();
      }
      for (int version = 2; version <= swaps + 1; version++) {
        int next = version;
        control.change(NAME, champion -> new Champion(next, null, false));
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> get(metrics).contains(line("serving", next) + " 1.0"));
        if (version <= swaps - 4) {
          continue; // the counters of these versions would be gone at the end
        }
        for (int i = 0; i < IMAGES; i++) {
          String id = version + "-" + i;
          var unused1 = producer.send(new ProducerRecord<>("measured-labels", id, label));
          var unused2 = producer.send(new ProducerRecord<>("measured", i, id, image));
        }
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> get(metrics).contains(line("request_success_total", next) + " 4.0"));
      }

      String after = get(metrics);
      assertFewLinesWithHelp(after);
      assertThat(after)
          .contains("millrace_swap_count_total")
          .contains(line("request_success_total", swaps) + " 4.0") // retired just now
          .doesNotContain(line("request_success_total", swaps - 3)); // retired before three others
      await().atMost(PATIENCE).until(() -> get(metrics).contains(line("live_accuracy", swaps + 1)));
      assertFewLinesWithHelp(get(metrics));
    }
  }

  private static String line(String metric, int version) {
    return "millrace_inference_" + metric + "{model=\"" + NAME + "\",version=\"" + version + "\"}";
  }

  private static Object[] serve(EmbeddedBroker broker, Path repository, ModelVersion model) {
    return new Object[] {
      "serve",
      "--bootstrap-servers",
      broker.bootstrapServers(),
      "--repository",
      repository,
      "--model",
      model.name(),
      "--version",
      1,
      "--input",
      "measured",
      "--output",
      "measured.predictions",
      "--labels-topic",
      "measured-labels",
      "--create-topics",
      PARTITIONS,
      "--http",
      0
    };
  }

  private static void assertFewLinesWithHelp(String metrics) {
    List<String> lines = metrics.lines().toList();
    assertThat(lines).hasSizeLessThanOrEqualTo(MOST_LINES);
    Set<String> helped =
        lines.stream()
            .filter(line -> line.startsWith("# HELP "))
            .filter(line -> line.split(" ", 4).length == 4 && !line.split(" ", 4)[3].isBlank())
            .map(line -> line.split(" ", 4)[2])
            .collect(Collectors.toSet());
    Set<String> families =
        lines.stream()
            .filter(line -> line.startsWith("# TYPE "))
            .map(line -> line.split(" ", 4)[2])
            .collect(Collectors.toSet());
    assertThat(families).isNotEmpty().isSubsetOf(helped);
    System.out.println(lines.size() + " lines of metrics");
  }

  private String get(URI metrics) throws Exception {
    return client
        .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
