package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.millrace.service.broker.EmbeddedBroker;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests that {@code serve --otlp} sends the right spans and metrics to a collector. */
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

      Map<String, String> sent = TracedImages.send(broker.bootstrapServers(), "traced", IMAGES);
      Map<String, String> predicted =
          TracedImages.predicted(broker.bootstrapServers(), "traced-predictions", IMAGES, PATIENCE);
      await().atMost(PATIENCE).until(() -> receiver.spans("process ").size() >= IMAGES);

      Map<String, Span> images =
          receiver.spans("process traced").stream()
              .collect(Collectors.toMap(span -> hex(span.getParentSpanId()), Function.identity()));
      assertThat(images).hasSize(IMAGES);
      sent.forEach(
          (key, parent) -> {
            Span image = images.get(parent.split("-", -1)[2]);
            assertThat(predicted.get(key)).isEqualTo(traceparent(image));
            assertThat(hex(image.getTraceId())).isEqualTo(TracedImages.trace(parent));
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

  private static String traceparent(Span span) {
    return "00-" + hex(span.getTraceId()) + "-" + hex(span.getSpanId()) + "-01";
  }

  private static String hex(ByteString id) {
    return HEX.formatHex(id.toByteArray());
  }
}
