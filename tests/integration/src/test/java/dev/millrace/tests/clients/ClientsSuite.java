package dev.millrace.tests.clients;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.SharedBroker;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sends images with kcat, kafkajs and the CloudEvents SDK for Node.js to {@code serve}, and reads
 * the predictions with the CloudEvents SDKs for Node.js and Java. Runs only with the profile {@code
 * nightly}, and downloads packages of npm:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=clients -Dquick verify
 * </pre>
 *
 * <p>{@code -Dmillrace.clients=required} makes the test fail if a client is missing.
 */
@Tag("nightly")
@Tag("clients")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class ClientsSuite {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int OF_EACH = 40;
  private static final String REASON = "__streams.errors.message";
  private static final List<String> WRONG =
      List.of("page", "untyped", "json-without-image", "batch");

  /** The formats of {@code send.js} that hold an image. */
  private static final List<String> FORMATS =
      List.of("json", "binary", "structured", "structured-json");

  @TempDir Path folder;

  private ClientTools tools;
  private String server;
  private String input;
  private String output;
  private String deadLetters;

  @ParameterizedTest
  @ValueSource(strings = {"json", "cloudevents-structured"})
  void everyClient_sendsImages_andReadsEachPredictionAsAnEventOfItsOwn(
      String outputFormat, EmbeddedBroker broker) throws Exception {
    tools = ClientTools.install(Files.createDirectory(folder.resolve("clients")));
    server = broker.bootstrapServers();
    input = outputFormat + "-images";
    output = outputFormat + "-predictions";
    deadLetters = outputFormat + "-dead-letters";
    try (MillraceProcess serve = serve(outputFormat)) {
      serve.awaitLine("ready.*", PATIENCE);
      Map<String, byte[]> images = images();
      sendWrongValues(images.values().iterator().next());
      send(images);

      List<ReadEvent> java = java(images.size());
      requireEvents(java, images);
      assertThat(node(images.size())).containsExactlyInAnyOrderElementsOf(java);
      requireKcatReads(java, outputFormat);
      requireDeadLetters();
    }
  }

  private MillraceProcess serve(String outputFormat) throws IOException {
    Models.publish(
        folder.resolve("models"),
        "resnet20",
        SharedData.file("models/cifar10_resnet20.onnx"),
        SharedData.file("classes/cifar10.txt"),
        32,
        32);
    return MillraceProcess.start(
        folder,
        "",
        "serve",
        "--bootstrap-servers",
        server,
        "--repository",
        folder.resolve("models"),
        "--model",
        "resnet20",
        "--input",
        input,
        "--output",
        output,
        "--dead-letters",
        deadLetters,
        "--application-id",
        outputFormat + "-service",
        "--output-format",
        outputFormat,
        "--create-topics",
        2);
  }

  /**
   * Returns the first images of CIFAR-10. Their keys contain no slash, so that the keys are valid
   * file names.
   */
  private static Map<String, byte[]> images() throws IOException {
    return SharedData.untar("cifar10/cifar10-test-1000-png.tar").entrySet().stream()
        .limit(OF_EACH * (1L + FORMATS.size()))
        .collect(toMap(image -> image.getKey().replaceAll(".*/", ""), Map.Entry::getValue));
  }

  /** Sends an equal number of images in each format. */
  private void send(Map<String, byte[]> images) throws Exception {
    List<String> keys = images.keySet().stream().sorted().toList();
    for (String key : keys.subList(0, OF_EACH)) {
      Path file = tools.write("raw", key, images.get(key));
      tools.kcat(List.of(file), "-b", server, "-t", input, "-k", key);
    }
    for (int i = 0; i < FORMATS.size(); i++) {
      String format = FORMATS.get(i);
      for (String key : keys.subList((i + 1) * OF_EACH, (i + 2) * OF_EACH)) {
        tools.write(format, key, images.get(key));
      }
      tools.node("send.js", server, input, format, format);
    }
  }

  private void sendWrongValues(byte[] image) throws Exception {
    Path page = tools.write("wrong", "page", "<!DOCTYPE html><p>hello");
    tools.kcat(List.of(page), "-b", server, "-t", input, "-k", "page");
    Path json = tools.write("wrong", "untyped", "{\"image\":\"\"}");
    tools.kcat(List.of(json), "-b", server, "-t", input, "-k", "untyped");
    for (String format : List.of("json-without-image", "batch")) {
      tools.write(format, format, image);
      tools.node("send.js", server, input, format, format);
    }
  }

  private void requireDeadLetters() throws Exception {
    Map<String, String> reasons = new HashMap<>();
    await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .until(() -> tools.kcat(server, deadLetters).size() == WRONG.size());
    for (String line : tools.kcat(server, deadLetters)) {
      JsonNode record = JSON.readTree(line);
      reasons.put(record.path("key").asText(), header(record, REASON));
    }
    assertThat(reasons)
        .containsOnlyKeys(WRONG)
        .hasEntrySatisfying("page", reason -> assertThat(reason).contains("HTML"))
        .hasEntrySatisfying(
            "untyped", reason -> assertThat(reason).contains("JSON", "content type"))
        .hasEntrySatisfying(
            "json-without-image", reason -> assertThat(reason).contains("no field \"image\""))
        .hasEntrySatisfying(
            "batch",
            reason ->
                assertThat(reason).contains("application/cloudevents-batch+json", "one event"));
  }

  private static String header(JsonNode record, String name) {
    for (int i = 0; i + 1 < record.path("headers").size(); i += 2) {
      if (record.path("headers").get(i).asText().equals(name)) {
        return record.path("headers").get(i + 1).asText();
      }
    }
    throw new AssertionError(record + " has no header " + name);
  }

  /** Reads the predictions with the SDK for Java. */
  private List<ReadEvent> java(int count) throws IOException {
    List<ReadEvent> events = new ArrayList<>();
    try (KafkaConsumer<String, CloudEvent> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", server, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new CloudEventDeserializer())) {
      consumer.assign(List.of(new TopicPartition(output, 0), new TopicPartition(output, 1)));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (events.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, CloudEvent> record : consumer.poll(Duration.ofMillis(100))) {
          events.add(event(record));
        }
      }
    }
    return events;
  }

  private static ReadEvent event(ConsumerRecord<String, CloudEvent> record) throws IOException {
    CloudEvent event = record.value();
    assertThat(event.getSpecVersion()).hasToString("1.0");
    assertThat(event.getExtensionNames()).isEmpty();
    long timeMs = Objects.requireNonNull(event.getTime()).toInstant().toEpochMilli();
    assertThat(timeMs).isEqualTo(record.timestamp());
    return new ReadEvent(
        record.key(),
        event.getId(),
        event.getSource().toString(),
        event.getType(),
        timeMs,
        event.getSubject(),
        event.getDataContentType(),
        prediction(JSON.readTree(Objects.requireNonNull(event.getData()).toBytes())));
  }

  /** Reads the predictions with the SDK for Node.js. */
  private List<ReadEvent> node(int count) throws Exception {
    List<ReadEvent> events = new ArrayList<>();
    for (String line : tools.node("receive.js", server, output, count)) {
      JsonNode event = JSON.readTree(line);
      assertThat(event.path("specversion").asText()).isEqualTo("1.0");
      events.add(
          new ReadEvent(
              event.path("key").asText(),
              event.path("id").asText(),
              event.path("source").asText(),
              event.path("type").asText(),
              Instant.parse(event.path("time").asText()).toEpochMilli(),
              event.path("subject").asText(),
              event.path("datacontenttype").asText(),
              prediction(event.path("data"))));
    }
    return events;
  }

  /**
   * Reads a prediction from JSON that a client has parsed. The JSON text itself cannot be compared,
   * because languages write equal numbers differently.
   */
  private static Prediction prediction(JsonNode data) throws IOException {
    assertThat(data.isObject()).as("parsed data: %s", data).isTrue();
    return Prediction.serde().deserializer().deserialize("", JSON.writeValueAsBytes(data));
  }

  private void requireEvents(List<ReadEvent> events, Map<String, byte[]> images)
      throws IOException {
    assertThat(events).extracting(ReadEvent::key).doesNotHaveDuplicates();
    assertThat(events).extracting(ReadEvent::key).hasSameElementsAs(images.keySet());
    assertThat(events).extracting(ReadEvent::id).doesNotHaveDuplicates();
    Map<String, String> classes = new HashMap<>();
    List<String> names = Files.readAllLines(SharedData.file("classes/cifar10.txt"));
    for (String[] row : SharedData.rows("expected/cifar10-test-1000.csv", ",")) {
      classes.put(row[0] + ".png", names.get(Integer.parseInt(row[2])));
    }
    for (ReadEvent event : events) {
      Prediction.Source image = event.data().source();
      assertThat(event.id()).isEqualTo(input + "-" + image.partition() + "-" + image.offset());
      assertThat(event.source()).isEqualTo(output.replace("predictions", "service"));
      assertThat(event.type()).isEqualTo("dev.millrace.prediction.v1");
      assertThat(event.subject()).isEqualTo(event.key());
      assertThat(event.contentType()).isEqualTo("application/json");
      assertThat(event.data().id()).isEqualTo(event.key());
      assertThat(event.data().probabilities().size()).isEqualTo(names.size());
      assertThat(event.data().label())
          .as("class of %s", event.key())
          .isEqualTo(classes.get(event.key()));
    }
  }

  private void requireKcatReads(List<ReadEvent> events, String outputFormat) throws Exception {
    Map<String, ReadEvent> byKey =
        events.stream().collect(toMap(ReadEvent::key, Function.identity()));
    List<String> lines = tools.kcat(server, output);
    assertThat(lines).hasSameSizeAs(events);
    for (String line : lines) {
      JsonNode record = JSON.readTree(line);
      JsonNode value =
          JSON.readTree(record.path("payload").asText().getBytes(StandardCharsets.UTF_8));
      boolean structured = outputFormat.equals("cloudevents-structured");
      assertThat(header(record, "content-type"))
          .isEqualTo(structured ? "application/cloudevents+json" : "application/json");
      assertThat(prediction(structured ? value.path("data") : value))
          .isEqualTo(byKey.get(record.path("key").asText()).data());
    }
  }
}
