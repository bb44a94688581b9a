package dev.millrace.tests;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the README in the README's order, each in its own process. Checks their
 * output, and the records that they write to the topics.
 */
@Tag("broker")
@Timeout(300)
class ReadmeTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Number of images of the built-in sample that the sample's network classifies correctly. */
  private static final int RIGHT = 905;

  private static final long TIES_ALLOWED = 3;

  /**
   * A fenced block of commands in Markdown. Other fenced blocks name a language after the opening
   * backquotes.
   */
  private static final Pattern BLOCK =
      Pattern.compile("^```\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir Path folder;

  private final List<MillraceProcess> running = new ArrayList<>();
  private String broker;

  @AfterEach
  void stop() throws Exception {
    for (MillraceProcess process : running) {
      process.close();
    }
  }

  @Test
  void commands_doWhatTheReadmeSays() throws Exception {
    Map<String, String> printed = new HashMap<>();
    for (List<String> command : commands()) {
      printed.put(command.get(0), run(command));
    }

    assertThat(printed.keySet())
        .containsExactlyInAnyOrder("sample", "broker", "models", "serve", "send", "tail", "train");
    ModelRepository models = new ModelRepository(folder.resolve("millrace-data/models"));
    assertThat(models.versions("fashion")).hasSizeGreaterThan(2).startsWith(1, 2);
    Map<String, String> classes =
        Sample.images().stream().collect(toMap(DemoImage::key, DemoImage::label));
    List<JsonNode> predictions = parse(printed.get("tail"));
    requireSchema(predictions, models.version("fashion", 1), classes.keySet());
    long right =
        predictions.stream()
            .filter(p -> p.get("label").asText().equals(classes.get(p.get("id").asText())))
            .count();
    assertThat(right).isCloseTo(RIGHT, within(TIES_ALLOWED));
    requireEnvelopes(broker, Sample.IMAGES);
    requireNothingMore(broker, Sample.IMAGES);
    for (int i = running.size() - 1; i >= 0; i--) {
      running.get(i).terminate();
      assertThat(running.get(i).await(PATIENCE)).isEqualTo(143);
      assertThat(running.get(i).errors()).as("warnings").isEmpty();
    }
  }

  /**
   * Returns the commands of the README's section for new users. Each is split into words, without
   * {@code ./millrace}.
   */
  private static List<List<String>> commands() throws Exception {
    String readme = Files.readString(Path.of(System.getProperty("millrace.root"), "README.md"));
    String section = readme.substring(readme.indexOf("\n## Try it"));
    section = section.substring(0, section.indexOf("\n## ", 1));
    return BLOCK
        .matcher(section)
        .results()
        .flatMap(block -> block.group(1).lines())
        .map(line -> List.of(line.split(" ")))
        .peek(words -> assertThat(words).first().isEqualTo("./millrace"))
        .map(words -> words.subList(1, words.size()))
        .toList();
  }

  /** Runs a command on free ports, until it has ended or is ready. */
  private String run(List<String> command) throws Exception {
    List<Object> words = new ArrayList<>();
    for (String word : command) {
      words.add(word.equals("9092") || word.equals("8080") ? "0" : word);
    }
    String name = command.get(0);
    boolean offline =
        List.of("sample", "broker", "train").contains(name) || command.get(1).equals("import");
    if (!offline) {
      words.addAll(List.of("--bootstrap-servers", broker));
    }
    if (name.equals("broker") || name.equals("serve")) {
      MillraceProcess process = MillraceProcess.start(folder, "", words.toArray());
      running.add(process);
      String ready = process.awaitLine("ready (.*)", PATIENCE);
      broker = name.equals("broker") ? ready : broker;
      return ready;
    }
    MillraceProcess.Result result = MillraceProcess.run(folder, words.toArray());
    assertThat(result.exitCode()).as("%s: %s", command, result.errors()).isZero();
    return result.output();
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

  /**
   * Requires that each prediction has the key, the timestamp and the partition of its image's
   * record, and is a CloudEvent with its own id.
   */
  private static void requireEnvelopes(String at, int count) {
    Map<String, ConsumerRecord<String, byte[]>> images =
        read(at, "images").stream().collect(toMap(ConsumerRecord::key, record -> record));
    List<ConsumerRecord<String, byte[]>> predictions = read(at, "predictions");
    assertThat(predictions).hasSize(count);
    for (ConsumerRecord<String, byte[]> prediction : predictions) {
      ConsumerRecord<String, byte[]> image = images.get(prediction.key());
      assertThat(prediction.timestamp()).isEqualTo(image.timestamp());
      assertThat(image.headers()).isEmpty();
      assertThat(prediction.headers().lastHeader("ce_id").value())
          .asString()
          .isEqualTo("images-" + image.partition() + "-" + image.offset());
      assertThat(prediction.headers().lastHeader("content-type").value())
          .asString()
          .isEqualTo("application/json");
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
