package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.sending.UnsendableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImageInferenceTest {

  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  private final FakeModel model = new FakeModel();
  private ImageInference<String> inference;
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> images;
  private TestOutputTopic<String, Prediction> predictions;
  private TestOutputTopic<String, byte[]> deadLetters;

  @BeforeEach
  void start() {
    inference = FakeInference.of(model, 8);
    drive(DeadLetterBadImages.class);
  }

  private void drive(Class<?> exceptionHandler) {
    drive(exceptionHandler, Map.of());
  }

  private void drive(Class<?> exceptionHandler, Map<String, ?> more) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    drive(builder, exceptionHandler, more);
  }

  private void drive(StreamsBuilder builder, Class<?> exceptionHandler, Map<String, ?> more) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, exceptionHandler);
    config.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "images.dead-letters");
    config.putAll(more);
    driver = new TopologyTestDriver(builder.build(), config);
    images = driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
    predictions =
        driver.createOutputTopic(
            "predictions", new StringDeserializer(), Prediction.serde().deserializer());
    deadLetters =
        driver.createOutputTopic(
            "images.dead-letters", new StringDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void close() {
    driver.close();
    inference.close();
  }

  private void send(String key, byte[] value, Headers headers) {
    images.pipeInput(new TestRecord<>(key, value, headers, TIME));
  }

  private static String header(TestRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void image_getsOnePredictionWithItsKeyTimestampAndHeaders() {
    Headers headers =
        new RecordHeaders().add("traceparent", "00-1-2-01".getBytes(StandardCharsets.UTF_8));
    send("cats/1.jpg", new byte[] {7}, headers);

    TestRecord<String, Prediction> record = predictions.readRecord();
    assertThat(record.key()).isEqualTo("cats/1.jpg");
    assertThat(record.getRecordTime()).isEqualTo(TIME);
    assertThat(header(record, "traceparent")).isEqualTo("00-1-2-01");
    Prediction prediction = record.value();
    assertThat(prediction.id()).isEqualTo("cats/1.jpg");
    assertThat(prediction.label()).isEqualTo("class-7");
    assertThat(prediction.probability()).isEqualTo(0.91f);
    assertThat(prediction.model()).isEqualTo(new Prediction.Model("fake", 3, "0".repeat(64)));
    assertThat(prediction.source()).isEqualTo(new Prediction.Source("images", 0, 0));
    assertThat(prediction.probabilities().size()).isEqualTo(10);
    assertThat(prediction.top())
        .containsExactly(
            new Prediction.Top(7, "class-7", 0.91f),
            new Prediction.Top(0, "class-0", 0.01f),
            new Prediction.Top(1, "class-1", 0.01f));
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  void prediction_isAnEventOfItsOwn() {
    Headers headers = new RecordHeaders();
    for (String name : List.of("ce_id", "ce_type", "ce_camera", "Content-Encoding", "mine")) {
      headers.add(name, "image's".getBytes(StandardCharsets.UTF_8));
    }
    headers.add("content-type", "image/png".getBytes(StandardCharsets.UTF_8));
    send("cats/1.jpg", new byte[] {7}, headers);

    TestRecord<String, Prediction> record = predictions.readRecord();
    assertThat(
            StreamSupport.stream(record.headers().spliterator(), false)
                .map(
                    header ->
                        header.key() + ": " + new String(header.value(), StandardCharsets.UTF_8)))
        .containsExactly(
            "mine: image's",
            "ce_specversion: 1.0",
            "ce_id: images-0-0",
            "ce_source: test",
            "ce_type: dev.millrace.prediction.v1",
            "ce_time: 2026-01-02T03:04:05Z",
            "ce_subject: cats/1.jpg",
            "content-type: application/json");
  }

  /**
   * A later processor fails on the prediction, but the dead letter is made from the record of the
   * image.
   */
  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void deadLetterOfAPrediction_hasTheHeadersOfTheImage() {
    driver.close();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(inference)
        .<Prediction>mapValues(
            prediction -> {
              throw new UnsendableException("too large");
            })
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    drive(builder, DeadLetterBadImages.class, Map.of());
    Headers headers =
        new RecordHeaders()
            .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8))
            .add("ce_id", "image's".getBytes(StandardCharsets.UTF_8));
    send("a", "{\"image\":\"Bw==\"}".getBytes(StandardCharsets.UTF_8), headers);

    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertThat(header(letter, "__streams.errors.message")).isEqualTo("too large");
    assertThat(header(letter, "content-type")).isEqualTo("application/json");
    assertThat(header(letter, "ce_id")).isEqualTo("image's");
    assertThat(letter.headers().lastHeader("ce_subject")).isNull();
  }

  @Test
  void recordWithoutKey_keepsNoneAndIsNamedByItsPosition() {
    send(null, new byte[] {1}, new RecordHeaders());
    TestRecord<String, Prediction> record = predictions.readRecord();
    assertThat(record.key()).isNull();
    assertThat(record.value().id()).isEqualTo("images-0-0");
  }

  @Test
  void records_leaveInTheOrderTheyCame() {
    images.pipeValueList(IntStream.range(0, 100).mapToObj(i -> new byte[] {(byte) i}).toList());
    assertThat(predictions.readValuesToList())
        .extracting(prediction -> prediction.source().offset())
        .isEqualTo(IntStream.range(0, 100).mapToObj(Long::valueOf).toList());
  }

  @Test
  void answerThatWaitsForItsBurst_leavesWithTheCommit() {
    driver.close();
    inference.close();
    inference =
        FakeInference.of(model, 1); // so that the record's process call waits for the answer
    drive(DeadLetterBadImages.class);

    send("a", new byte[] {1}, new RecordHeaders());
    assertThat(predictions.readKeyValuesToList()).extracting(pair -> pair.key).containsExactly("a");
  }

  @Test
  void badImage_isDeadLetteredAsItCameWithItsReasonAndPosition() {
    send("a", new byte[] {1}, new RecordHeaders());
    send("b", new byte[] {FakeDecoder.BAD, 42}, new RecordHeaders().add("mine", new byte[] {'x'}));
    send("c", new byte[] {2}, new RecordHeaders());

    assertThat(predictions.readKeyValuesToList())
        .extracting(pair -> pair.key)
        .containsExactly("a", "c");
    TestRecord<String, byte[]> letter = deadLetters.readRecord();
    assertThat(letter.key()).isEqualTo("b");
    assertThat(letter.value()).containsExactly(FakeDecoder.BAD, 42);
    assertThat(letter.getRecordTime()).isEqualTo(TIME);
    assertThat(header(letter, "mine")).isEqualTo("x");
    assertThat(header(letter, "__streams.errors.exception"))
        .isEqualTo(BadImageException.class.getName());
    assertThat(header(letter, "__streams.errors.message")).isEqualTo("a bad image");
    assertThat(header(letter, "__streams.errors.topic")).isEqualTo("images");
    assertThat(header(letter, "__streams.errors.partition")).isEqualTo("0");
    assertThat(header(letter, "__streams.errors.offset")).isEqualTo("1");
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /**
   * Each batch has one image, as on a quiet stream. So the batch has no other image whose answer
   * would show that the device works.
   */
  @Test
  void imageThatTheModelAnswersWithNoNumbers_isDeadLettered_andTheStreamGoesOn() {
    model.confusing = 6;
    send("a", new byte[] {6}, new RecordHeaders());
    send("b", new byte[] {2}, new RecordHeaders());

    assertThat(deadLetters.readRecordsToList())
        .extracting(record -> record.key() + ": " + header(record, "__streams.errors.message"))
        .containsExactly(
            "a: fake version 3 gives no answer to this image: fake version 3 answered with numbers"
                + " that are not finite");
    assertThat(predictions.readKeyValuesToList()).extracting(pair -> pair.key).containsExactly("b");
  }

  @Test
  void recordWithoutImage_isDeadLettered() {
    send("null", null, new RecordHeaders());
    send("empty", new byte[0], new RecordHeaders());
    assertThat(deadLetters.readRecordsToList())
        .extracting(record -> record.key() + ": " + header(record, "__streams.errors.message"))
        .containsExactly("null: the record has no value", "empty: the image is empty");
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  @Tag("build-kafka") // before 4.1, the dead letter is read from a broker
  void unreadableEvent_isDeadLettered() {
    send(
        "json",
        "{}".getBytes(StandardCharsets.UTF_8),
        new RecordHeaders()
            .add("content-type", "application/json".getBytes(StandardCharsets.UTF_8)));
    assertThat(deadLetters.readRecordsToList())
        .extracting(record -> record.key() + ": " + header(record, "__streams.errors.message"))
        .containsExactly(
            "json: the JSON value has no field \"image\"; expected {\"image\": \"<base64>\"}");
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  void brokenDevice_failsTheTaskAndDeadLettersNothing() {
    model.broken = true;
    assertThatThrownBy(() -> send("a", new byte[] {1}, new RecordHeaders()))
        .hasStackTraceContaining("the fake device is broken");
    assertThat(deadLetters.isEmpty()).isTrue();
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  void badImage_failsTheTaskWhereTheHandlerSaysSo() {
    driver.close();
    drive(org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler.class);
    assertThatThrownBy(() -> send("b", new byte[] {FakeDecoder.BAD}, new RecordHeaders()))
        .hasStackTraceContaining("a bad image");
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  void start_loadsTheModelBeforeTheFirstRecord() {
    assertThat(inference.start()).isEqualTo(FakeModel.version());
    driver.close();
    inference.close();
    assertThat(model.closed).isTrue();
    drive(DeadLetterBadImages.class);
  }

  @Test
  void hungDevice_failsTheTaskInTimeAndTheNextTaskGetsANewEngine() {
    driver.close();
    inference.start(); // the model is loaded without a task's time limit
    drive(DeadLetterBadImages.class, Map.of("max.poll.interval.ms", 600));
    model.runs.drainPermits();
    long start = System.nanoTime();

    assertThatThrownBy(() -> send("a", new byte[] {1}, new RecordHeaders()))
        .hasStackTraceContaining("the device gave no answer within 300 ms");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(predictions.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
    driver.close();
    model.runs.release(1_000);
    drive(DeadLetterBadImages.class);
    send("a", new byte[] {1}, new RecordHeaders());
    assertThat(predictions.readKeyValuesToList()).extracting(pair -> pair.key).containsExactly("a");
  }
}
