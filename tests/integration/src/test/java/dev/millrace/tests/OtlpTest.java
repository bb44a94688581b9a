package dev.millrace.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.millrace.service.broker.EmbeddedBroker;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --otlp} sends the right spans, and the metrics, to a collector. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class OtlpTest {

  private static final int IMAGES = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;

  @Test
  void thousandImages_haveTheirSpansAndLinks(EmbeddedBroker broker) throws Exception {
    Models.publishRandom(folder.resolve("models"), "random");
    try (OtlpReceiver receiver = new OtlpReceiver();
        MillraceProcess service = serve(broker, receiver)) {
      service.awaitLine("^ready.*", PATIENCE);

      Map<String, String> sent = send(broker.bootstrapServers());
      Map<String, String> predicted = traceparents(broker.bootstrapServers());
      await().atMost(PATIENCE).until(() -> receiver.spans("process ").size() >= IMAGES);

      Map<String, Span> images =
          receiver.spans("process traced").stream()
              .collect(Collectors.toMap(span -> hex(span.getParentSpanId()), Function.identity()));
      assertThat(images).hasSize(IMAGES);
      sent.forEach(
          (key, parent) -> {
            Span image = images.get(parent.split("-", -1)[2]);
            assertThat(predicted.get(key)).isEqualTo(traceparent(image));
            assertThat(hex(image.getTraceId())).isEqualTo(parent.split("-", -1)[1]);
          });
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          receiver.spans("run random").stream()
                              .flatMap(batch -> batch.getLinksList().stream())
                              .map(link -> hex(link.getSpanId())))
                      .containsExactlyInAnyOrderElementsOf(
                          images.values().stream().map(image -> hex(image.getSpanId())).toList()));
      assertThat(receiver.resource()).containsEntry("service.name", "traced");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  receiver
                      .metrics()
                      .getOrDefault("millrace.inference.request.success", "")
                      .contains("as_double: 1000.0"));
      assertThat(receiver.metrics().keySet()).noneMatch(name -> name.startsWith("kafka.producer"));
    }
  }

  private MillraceProcess serve(EmbeddedBroker broker, OtlpReceiver receiver) throws Exception {
    return MillraceProcess.start(
        folder,
        "-Dotel.exporter.otlp.endpoint="
            + receiver.address()
            + " -Dotel.bsp.schedule.delay=200 -Dotel.metric.export.interval=1000",
        "serve",
        "--bootstrap-servers",
        broker.bootstrapServers(),
        "--repository",
        folder.resolve("models"),
        "--model",
        "random",
        "--application-id",
        "traced",
        "--input",
        "traced",
        "--output",
        "traced-predictions",
        "--create-topics",
        4,
        "--otlp",
        "traces,metrics");
  }

  /** Sends images in a trace of their own each. Returns their headers by the keys. */
  private static Map<String, String> send(String bootstrapServers) {
    Random random = new Random(5);
    byte[] image = Images.noise("png", 32, 32, 1);
    Map<String, String> parents = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < IMAGES; i++) {
        String parent = "00-" + hex(random, 16) + "-" + hex(random, 8) + "-01";
        parents.put("image-" + i, parent);
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>("traced", ("image-" + i).getBytes(UTF_8), image);
        record.headers().add("traceparent", parent.getBytes(US_ASCII));
        var unused = producer.send(record);
      }
    }
    return parents;
  }

  private static Map<String, String> traceparents(String bootstrapServers) {
    Map<String, String> headers = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                "otlp-test",
                "auto.offset.reset",
                "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("traced-predictions"));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  headers.put(
                      new String(record.key(), UTF_8),
                      new String(record.headers().lastHeader("traceparent").value(), US_ASCII));
                }
                return headers.size() >= IMAGES;
              });
    }
    return headers;
  }

  private static String traceparent(Span span) {
    return "00-" + hex(span.getTraceId()) + "-" + hex(span.getSpanId()) + "-01";
  }

  private static String hex(Random random, int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HEX.formatHex(id);
  }

  private static String hex(ByteString id) {
    return HEX.formatHex(id.toByteArray());
  }
}
