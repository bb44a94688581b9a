package dev.millrace.tests;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.demo.DemoImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's five commands, each in its own process, with trained weights and real images. */
@Tag("broker")
@Timeout(300)
class FiveProcessesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long TIES_ALLOWED = 3;

  @TempDir Path folder;

  @Test
  void images_getOnePredictionEach_inTheDocumentedForm() throws Exception {
    Path weights = FashionNetwork.file(folder);
    Path labels = FashionNetwork.labels(folder);
    Path images = folder.resolve("png");
    Map<String, String> classes = write(FashionNetwork.heldOut(), images);
    Set<String> names = classes.keySet();
    Path models = folder.resolve("models");

    try (MillraceProcess broker =
        MillraceProcess.start(
            folder, "", "broker", "--dir", folder.resolve("kafka"), "--port", 0)) {
      String at = broker.awaitLine("ready (.*)", PATIENCE);
      MillraceProcess.Result imported =
          MillraceProcess.run(
              folder,
              "models",
              "import",
              weights,
              "--repository",
              models,
              "--model",
              "fashion",
              "--labels",
              labels,
              "--size",
              28,
              "--resize",
              28,
              "--mean",
              "0.485,0.456,0.406",
              "--std",
              "0.229,0.224,0.225");
      assertThat(imported.exitCode()).as(imported.errors()).isZero();
      assertThat(imported.output().strip()).isEqualTo("1");
      ModelVersion model = new ModelRepository(models).version("fashion", 1);

      try (MillraceProcess serve =
          MillraceProcess.start(
              folder,
              "",
              "serve",
              "--bootstrap-servers",
              at,
              "--repository",
              models,
              "--model",
              "fashion",
              "--input",
              "images",
              "--output",
              "predictions",
              "--create-topics",
              4)) {
        serve.awaitLine("ready (.*)", PATIENCE);
        MillraceProcess.Result sent =
            MillraceProcess.run(
                folder, "send", "--bootstrap-servers", at, "--topic", "images", images);
        assertThat(sent.exitCode()).as(sent.errors()).isZero();
        MillraceProcess.Result tail =
            MillraceProcess.run(
                folder,
                "tail",
                "--bootstrap-servers",
                at,
                "--topic",
                "predictions",
                "--from-beginning",
                "--count",
                names.size(),
                "--idle",
                30,
                "--json");
        assertThat(tail.exitCode()).as(tail.errors()).isZero();

        List<JsonNode> predictions = parse(tail.output());
        requireSchema(predictions, model, names);
        long right =
            predictions.stream()
                .filter(p -> p.get("label").asText().equals(classes.get(p.get("id").asText())))
                .count();
        assertThat(right).isCloseTo(FashionNetwork.RIGHT, within(TIES_ALLOWED));
        requireEnvelopes(at, names.size());
        requireNothingMore(at, names.size());

        serve.terminate();
        assertThat(serve.await(PATIENCE)).isEqualTo(143);
        assertThat(serve.errors()).as("warnings of serve").isEmpty();
      }
      broker.terminate();
      assertThat(broker.await(PATIENCE)).isEqualTo(143);
    }
  }

  /** Writes images below a folder, and returns their classes by name. */
  private static Map<String, String> write(List<DemoImage> images, Path below) throws IOException {
    Map<String, String> classes = new HashMap<>();
    for (DemoImage image : images) {
      Path file = below.resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
      classes.put(image.key(), image.label());
    }
    return classes;
  }

  private static List<JsonNode> parse(String lines) throws Exception {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> predictions = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      predictions.add(json.readTree(line));
    }
    return predictions;
  }

  private static void requireSchema(
      List<JsonNode> predictions, ModelVersion model, Set<String> names) {
    Set<String> ids = new HashSet<>();
    for (JsonNode prediction : predictions) {
      assertThat(fields(prediction))
          .containsExactly("id", "model", "label", "probability", "top", "probabilities", "source");
      assertThat(ids.add(prediction.get("id").textValue())).isTrue();
      JsonNode by = prediction.get("model");
      assertThat(by.get("name").textValue()).isEqualTo("fashion");
      assertThat(by.get("version").intValue()).isEqualTo(1);
      assertThat(by.get("sha256").textValue()).isEqualTo(model.sha256());
      double sum = 0;
      for (JsonNode probability : prediction.get("probabilities")) {
        sum += probability.doubleValue();
      }
      assertThat(prediction.get("probabilities")).hasSize(10);
      assertThat(sum).isCloseTo(1, within(1e-4));
      JsonNode best = prediction.get("top").get(0);
      assertThat(fields(best)).containsExactly("index", "label", "probability");
      assertThat(best.get("label")).isEqualTo(prediction.get("label"));
      assertThat(best.get("probability")).isEqualTo(prediction.get("probability"));
      assertThat(prediction.get("probabilities").get(best.get("index").intValue()))
          .isEqualTo(prediction.get("probability"));
      JsonNode source = prediction.get("source");
      assertThat(fields(source)).containsExactly("topic", "partition", "offset");
      assertThat(source.get("topic").textValue()).isEqualTo("images");
    }
    assertThat(ids).isEqualTo(names);
  }

  private static List<String> fields(JsonNode object) {
    return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
        .toList();
  }

  /** Requires that each prediction has its image's key, timestamp, headers and partition. */
  private static void requireEnvelopes(String at, int count) {
    Map<String, ConsumerRecord<String, byte[]>> images =
        read(at, "images").stream().collect(toMap(ConsumerRecord::key, record -> record));
    List<ConsumerRecord<String, byte[]>> predictions = read(at, "predictions");
    assertThat(predictions).hasSize(count);
    for (ConsumerRecord<String, byte[]> prediction : predictions) {
      ConsumerRecord<String, byte[]> image = images.get(prediction.key());
      assertThat(prediction.timestamp()).isEqualTo(image.timestamp());
      assertThat(prediction.headers()).isEqualTo(image.headers());
      assertThat(prediction.partition()).isEqualTo(image.partition());
    }
  }

  private static void requireNothingMore(String at, int count) {
    assertThat(read(at, "predictions")).hasSize(count);
    assertThat(read(at, "images.dead-letters")).isEmpty();
  }

  private static List<ConsumerRecord<String, byte[]>> read(String at, String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", at, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }
}
