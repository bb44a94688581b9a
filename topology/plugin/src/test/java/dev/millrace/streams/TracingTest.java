package dev.millrace.streams;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.InternalFixedKeyRecordFactory;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the spans of images and batches with OpenTelemetry's SDK, which exports the spans to
 * memory.
 */
class TracingTest {

  private static final int IMAGES = 1_000;

  /** Every 50th image is a bad image, which the decoder refuses. */
  private static final int BAD = 50;

  /**
   * Number of images for each input record. The test driver commits after each input record, and a
   * commit waits for the answers. So only images of one input record can share a batch.
   */
  private static final int BURST = 50;

  /**
   * Forwards a burst of images for each input record, whose value is the number of the first image.
   * Each image has its own headers.
   */
  private final class Burst extends ContextualProcessor<String, String, String, ImageEvent> {
    @Override
    public void process(Record<String, String> first) {
      int start = Integer.parseInt(first.value());
      for (int i = start; i < Math.min(start + BURST, images); i++) {
        byte image = i % BAD == BAD - 1 ? FakeDecoder.BAD : (byte) (i % 10);
        ImageEvent event =
            ImageEvent.serde().deserializer().deserialize("images", new byte[] {image});
        context().forward(new Record<>("image-" + i, event, 0, headers(i)));
      }
    }
  }

  @TempDir Path models;

  private final FakeModel model = new FakeModel();
  private final Random random = new Random(7);
  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private OpenTelemetrySdk sdk;

  private int images;
  private boolean parented;

  /** The parent spans that the images' headers name, by the images' keys. */
  private final Map<String, SpanContext> parents = new HashMap<>();

  /** The spans that were current when the predictions were forwarded, by key. */
  private final Map<String, SpanContext> current = new HashMap<>();

  /** The headers {@code traceparent} of the predictions, by key. */
  private final Map<String, String> outgoing = new HashMap<>();

  /** The headers {@code traceparent} of the dead letters. */
  private final List<String> letters = new ArrayList<>();

  @AfterEach
  void close() {
    if (sdk != null) {
      sdk.close();
    }
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void image_hasASpanBelowItsHeader_andItsBatchLinksIt() {
    trace(Sampler.alwaysOn());

    drive(IMAGES, true);

    List<SpanData> spans = spans("process images");
    Map<String, SpanData> byParent =
        spans.stream().collect(Collectors.toMap(SpanData::getParentSpanId, span -> span));
    assertThat(outgoing).hasSize(IMAGES - IMAGES / BAD);
    assertThat(letters).hasSize(IMAGES / BAD);
    parents.forEach(
        (key, parent) -> {
          SpanData image = byParent.get(parent.getSpanId());
          assertThat(image.getTraceId()).isEqualTo(parent.getTraceId());
          String header = header(image.getSpanContext());
          assertThat(header).matches(out -> out.equals(outgoing.get(key)) || letters.contains(out));
        });
    assertThat(spans).hasSize(IMAGES).allMatch(span -> span.getKind() == SpanKind.CONSUMER);
    assertThat(current).hasSize(IMAGES - IMAGES / BAD);
    current.forEach((key, span) -> assertThat(header(span)).as(key).isEqualTo(outgoing.get(key)));

    List<SpanData> batches = spans("run fake");
    assertThat(batches.stream().flatMap(batch -> batch.getLinks().stream()))
        .extracting(LinkData::getSpanContext)
        .containsExactlyInAnyOrderElementsOf(
            spans.stream()
                .filter(image -> image.getStatus().getStatusCode() != StatusCode.ERROR)
                .map(SpanData::getSpanContext)
                .toList());
    assertThat(batches).hasSizeLessThan(IMAGES / 2).allSatisfy(TracingTest::hasAttributes);
    assertThat(spans).allSatisfy(image -> hasAttributes(image, batches));
  }

  private static void hasAttributes(SpanData batch) {
    assertThat(batch.getAttributes().asMap())
        .containsEntry(stringKey("messaging.system"), "kafka")
        .containsEntry(longKey("messaging.batch.message_count"), (long) batch.getLinks().size())
        .containsEntry(stringKey("millrace.model.name"), "fake")
        .containsEntry(longKey("millrace.model.version"), 1L)
        .containsEntry(stringKey("millrace.device"), "cpu")
        .containsKeys(
            longKey("millrace.queue.duration.us"), longKey("millrace.compute.infer.duration.us"));
  }

  private static void hasAttributes(SpanData image, List<SpanData> batches) {
    assertThat(image.getAttributes().asMap())
        .containsEntry(stringKey("messaging.operation.name"), "process")
        .containsEntry(stringKey("messaging.consumer.group.name"), "test")
        .containsEntry(stringKey("messaging.destination.name"), "images")
        .containsEntry(stringKey("messaging.destination.partition.id"), "0")
        .containsEntry(longKey("messaging.message.body.size"), 1L)
        .containsKeys(longKey("messaging.kafka.offset"), longKey("millrace.decode.duration.us"));
    if (image.getStatus().getStatusCode() == StatusCode.ERROR) {
      assertThat(image.getAttributes().get(stringKey("error.type"))).isEqualTo("undecodable");
      return;
    }
    long size =
        batches.stream()
            .filter(batch -> links(batch).contains(image.getSpanContext()))
            .findAny()
            .orElseThrow()
            .getTotalRecordedLinks();
    assertThat(image.getAttributes().asMap())
        .containsEntry(stringKey("millrace.model.name"), "fake")
        .containsEntry(longKey("millrace.model.version"), 1L)
        .containsEntry(longKey("millrace.batch.size"), size)
        .containsKeys(
            longKey("millrace.queue.duration.us"), longKey("millrace.compute.infer.duration.us"));
  }

  private static List<SpanContext> links(SpanData batch) {
    return batch.getLinks().stream().map(LinkData::getSpanContext).toList();
  }

  @Test
  void batch_linksTheSampledImagesOnly_andIsSampledWithThem() {
    trace(Sampler.parentBased(Sampler.traceIdRatioBased(0.1)));

    drive(IMAGES, false);

    List<SpanContext> sampled =
        spans("process images").stream().map(SpanData::getSpanContext).toList();
    assertThat(sampled).hasSizeBetween(IMAGES / 20, IMAGES / 5);
    List<SpanData> batches = spans("run fake");
    assertThat(batches.stream().flatMap(batch -> links(batch).stream()))
        .doesNotHaveDuplicates()
        .isSubsetOf(sampled)
        .hasSizeGreaterThan(sampled.size() / 2); // a bad image is in no batch
    assertThat(batches)
        .allSatisfy(
            batch -> assertThat(batch.getParentSpanContext()).isEqualTo(links(batch).get(0)));
    letters.addAll(outgoing.values());
    assertThat(letters)
        .hasSize(IMAGES)
        .doesNotHaveDuplicates()
        .filteredOn(header -> header.endsWith("1") || header.endsWith("3")) // the flag "sampled"
        .hasSameSizeAs(sampled);
  }

  @Test
  void withoutOpenTelemetry_headersStayAsTheyAre() {
    drive(20, true);

    parents.forEach((key, parent) -> assertThat(outgoing.get(key)).isEqualTo(header(parent)));
    assertThat(current.values()).noneMatch(SpanContext::isValid);
    assertThat(exporter.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void imageOfAPunctuator_hasASpanWithoutAPlace() {
    trace(Sampler.alwaysOn());

    Tracing.of(sdk)
        .begin(
            InternalFixedKeyRecordFactory.create(new Record<>("a", 7, 0)),
            new ProcessorRecordContext(0, -1, -1, null, new RecordHeaders()),
            "test")
        .end();

    assertThat(spans("process")).hasSize(1);
    assertThat(spans("process").get(0).getAttributes().asMap())
        .containsEntry(stringKey("messaging.consumer.group.name"), "test")
        .doesNotContainKey(stringKey("messaging.destination.name"))
        .doesNotContainKey(longKey("messaging.kafka.offset"));
  }

  @Test
  void abandonedImages_haveSpansThatSaySo() {
    trace(Sampler.alwaysOn());

    assertThatThrownBy(() -> drive(1, true, () -> model.broken = true))
        .hasMessageContaining("broken");

    assertThat(spans("process images"))
        .singleElement()
        .satisfies(
            image ->
                assertThat(image.getAttributes().get(stringKey("error.type")))
                    .isEqualTo("given_up"));
    assertThat(spans("run fake"))
        .isNotEmpty()
        .allMatch(batch -> batch.getStatus().getStatusCode() == StatusCode.ERROR);
  }

  private void trace(Sampler sampler) {
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .setSampler(sampler)
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
  }

  private Inference<String, ImageEvent, Prediction> inference() {
    FakeInference.publish(models);
    EngineConfig engine =
        new EngineConfig(List.of(Device.CPU), 16, Duration.ofMillis(2), 2, 2, ImageLimits.DEFAULT);
    InferenceBuilder<String, ImageEvent, Prediction> builder =
        ImageInference.<String>builder(
                new InferenceConfig(
                    new ModelRepository(models), "fake", null, engine, 100, 3, false))
            .runtime(model, () -> new FakeDecoder(new CountDownLatch(0)))
            .registry(new SimpleMeterRegistry());
    return sdk == null ? builder.build() : builder.openTelemetry(sdk).build();
  }

  /** Sends images through a topology until each image has become a prediction or a dead letter. */
  private void drive(int count, boolean withParents) {
    drive(count, withParents, () -> {});
  }

  /**
   * @param loaded runs after the model was loaded
   */
  private void drive(int count, boolean withParents, Runnable loaded) {
    images = count;
    parented = withParents;
    StreamsBuilder builder = new StreamsBuilder();
    try (Inference<String, ImageEvent, Prediction> inference = inference()) {
      var unused = inference.start();
      loaded.run();
      builder.stream("images", Consumed.with(Serdes.String(), Serdes.String()))
          .process(() -> new Burst())
          .processValues(inference)
          .peek((key, value) -> current.put(key, Span.current().getSpanContext()))
          .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
      try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), configuration())) {
        TestInputTopic<String, String> bursts =
            driver.createInputTopic("images", new StringSerializer(), new StringSerializer());
        for (int i = 0; i < count; i += BURST) {
          bursts.pipeInput(Integer.toString(i));
        }
        await()
            .until(
                () -> {
                  driver.advanceWallClockTime(Duration.ofMillis(1));
                  read(driver, "predictions", outgoing::put);
                  read(driver, "dead-letters", (key, header) -> letters.add(header));
                  return outgoing.size() + letters.size() >= count;
                });
      }
    }
  }

  private static Properties configuration() {
    Properties configuration = new Properties();
    configuration.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    configuration.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    configuration.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterBadImages.class);
    configuration.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "dead-letters");
    return configuration;
  }

  private Headers headers(int i) {
    Headers headers = new RecordHeaders();
    if (parented) {
      SpanContext parent =
          SpanContext.createFromRemoteParent(
              hex(16), hex(8), TraceFlags.getSampled(), TraceState.getDefault());
      parents.put("image-" + i, parent);
      headers.add("traceparent", header(parent).getBytes(US_ASCII));
    }
    return headers;
  }

  private String hex(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  private static void read(
      TopologyTestDriver driver, String topic, BiConsumer<String, String> headers) {
    driver
        .createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList()
        .forEach(
            record ->
                headers.accept(
                    record.key(),
                    new String(record.headers().lastHeader("traceparent").value(), US_ASCII)));
  }

  private static String header(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  private List<SpanData> spans(String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }
}
