package dev.millrace.tests.projects;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.Images;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the service under the Java agent of OpenTelemetry, and compares the trace of each prediction
 * with the trace of its image. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=examples -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("examples")
@Timeout(300)
@ExtendWith({InstalledMillrace.class, SharedBroker.class})
class TracingAgentSuite {

  private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
  private static final String AGENT = "opentelemetry-javaagent";
  private static final String VERSION = "2.33.1";

  /** All images are sent at once, so that the images of many traces share a batch. */
  private static final int IMAGES = 200;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void prediction_hasTheTraceOfItsImage(
      String guarantee, UserRepository repository, EmbeddedBroker broker) throws Exception {
    Models.publishRandom(folder.resolve("models"), "random");
    String input = "traced-" + guarantee;
    String output = input + "-predictions";
    try (MillraceProcess service =
        MillraceProcess.start(
            folder,
            agent(repository),
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            "random",
            "--application-id",
            input,
            "--input",
            input,
            "--output",
            output,
            "--guarantee",
            guarantee,
            "--create-topics",
            4)) {
      service.awaitLine("^ready.*", PATIENCE);

      Map<String, String> sent = send(broker.bootstrapServers(), input);

      assertThat(traces(broker.bootstrapServers(), output))
          .containsExactlyInAnyOrderEntriesOf(sent);
    }
  }

  /** Returns the JVM's options. */
  private String agent(UserRepository repository) throws Exception {
    repository.maven(
        folder,
        COPY,
        "-Dartifact=io.opentelemetry.javaagent:" + AGENT + ":" + VERSION,
        "-DoutputDirectory=" + folder);
    return "-javaagent:"
        + folder.resolve(AGENT + "-" + VERSION + ".jar")
        + " -Dotel.traces.exporter=none -Dotel.metrics.exporter=none -Dotel.logs.exporter=none";
  }

  /** Sends images in a trace of their own each. Returns the ids of the traces by the keys. */
  private static Map<String, String> send(String bootstrapServers, String topic) {
    Random random = new Random(5);
    byte[] image = Images.noise("png", 32, 32, 1);
    Map<String, String> traces = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < IMAGES; i++) {
        String trace = hex(random, 16);
        traces.put("image-" + i, trace);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, ("image-" + i).getBytes(UTF_8), image);
        String parent = "00-" + trace + "-" + hex(random, 8) + "-01";
        record.headers().add("traceparent", parent.getBytes(US_ASCII));
        var unused = producer.send(record);
      }
    }
    return traces;
  }

  private static String hex(Random random, int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /** Returns the ids of the traces of all predictions by their keys. */
  private static Map<String, String> traces(String bootstrapServers, String topic) {
    Map<String, String> traces = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                topic,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  traces.put(new String(record.key(), UTF_8), trace(record));
                }
                return traces.size() >= IMAGES;
              });
    }
    return traces;
  }

  /** The id is between the version and the id of the span. */
  private static String trace(ConsumerRecord<byte[], byte[]> record) {
    String parent = new String(record.headers().lastHeader("traceparent").value(), US_ASCII);
    return parent.substring(parent.indexOf('-') + 1, parent.indexOf('-', parent.indexOf('-') + 1));
  }
}
