package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageReference;
import dev.millrace.events.Prediction;
import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.fetch.FetchedImage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.MockConsumer;
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
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests records that hold a reference to an image instead of the image. */
@Timeout(60)
@Tag("build-kafka") // before 4.1, the dead letters are read from a broker
class FetchedImagesTest {

  @TempDir Path models;

  private final FakeModel model = new FakeModel();
  private final List<ImageReference> fetched = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Inference<String, ImageEvent, Prediction> inference;
  private TestInputTopic<String, byte[]> images;
  private TestOutputTopic<String, Prediction> predictions;
  private TestOutputTopic<String, byte[]> deadLetters;

  private FetchedImage fetch(ImageReference reference) throws IOException {
    fetched.add(reference);
    return switch (reference.uri()) {
      case "s3://missing" ->
          throw new BadImageException(
              BadImageException.Reason.NOT_FETCHED, "the store has no such object");
      case "s3://away" -> throw new IOException("the store is away");
      case "s3://huge?signature=x" -> throw new OutOfMemoryError("Java heap space");
      case "s3://empty" -> new FetchedImage(new byte[0]);
      case "s3://bad" -> new FetchedImage(new byte[] {FakeDecoder.BAD});
      default -> new FetchedImage(new byte[] {7}, "version-7");
    };
  }

  private InferenceBuilder<String, ImageEvent, Prediction> builder() {
    FakeInference.publish(models);
    return ImageInference.<String>builder(InferenceConfig.of(models, FakeInference.MODEL))
        .runtime(model, () -> new FakeDecoder(new CountDownLatch(0)))
        .registry(new SimpleMeterRegistry());
  }

  private void drive(InferenceBuilder<String, ImageEvent, Prediction> inferences) {
    drive(inferences, DeadLetterBadImages.class);
  }

  private void drive(
      InferenceBuilder<String, ImageEvent, Prediction> inferences,
      Class<? extends ProcessingExceptionHandler> handler) {
    inference = inferences.build();
    open.add(inference);
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("images", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.String(), Prediction.serde()));
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "fetched-" + models.getFileName());
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, handler);
    config.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "dead-letters");
    TopologyTestDriver driver = new TopologyTestDriver(builder.build(), config);
    open.add(driver);
    images = driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
    predictions =
        driver.createOutputTopic(
            "predictions", new StringDeserializer(), Prediction.serde().deserializer());
    deadLetters =
        driver.createOutputTopic(
            "dead-letters", new StringDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private void send(String uri) {
    TestRecord<String, byte[]> record = new TestRecord<>(uri, null);
    record.headers().add("ce_dataref", uri.getBytes(StandardCharsets.UTF_8));
    record.headers().add("ce_sha256", "0123".getBytes(StandardCharsets.UTF_8));
    images.pipeInput(record);
  }

  private List<String> refusals() {
    return deadLetters.readRecordsToList().stream()
        .map(
            record ->
                record.key()
                    + ": "
                    + new String(
                        record.headers().lastHeader("__streams.errors.message").value(),
                        StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void image_isFetched_andClassified() {
    drive(builder().fetcher(this::fetch, 2));

    send("s3://photos/1.jpg");
    images.pipeInput("held", new byte[] {3});

    assertThat(predictions.readKeyValuesToList())
        .extracting(
            record -> record.key + " " + record.value.label() + " " + record.value.revision())
        .containsExactly("s3://photos/1.jpg class-7 version-7", "held class-3 null");
    assertThat(fetched).containsExactly(new ImageReference("s3://photos/1.jpg", "0123"));
  }

  @Test
  void imageThatCannotBeFetched_isADeadLetter() {
    drive(builder().fetcher(this::fetch, 2));

    send("s3://missing");
    send("s3://empty");
    send("s3://bad");

    assertThat(refusals())
        .containsExactly(
            "s3://missing: the store has no such object",
            "s3://empty: the image is empty",
            "s3://bad: a bad image");
    assertThat(predictions.isEmpty()).isTrue();
  }

  @Test
  void withoutAFetcher_referencesAreRefused() {
    drive(builder());

    send("s3://photos/1.jpg");

    assertThat(refusals())
        .containsExactly(
            "s3://photos/1.jpg: the image is stored elsewhere (ce_dataref), and this stream fetches"
                + " no images; send the image itself");
  }

  @Test
  void storeThatIsAway_isTheReason() {
    drive(builder().fetcher(this::fetch, 2));
    inference.start();

    assertThatThrownBy(() -> send("s3://away"))
        .hasRootCauseInstanceOf(IOException.class)
        .hasRootCauseMessage("the store is away");

    assertThat(inference.fetchProblem()).contains("the store is away");
    assertThat(inference.health().ready()).isFalse();
    assertThat(inference.health().reason()).isEqualTo("the store is away");
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /**
   * With the record's position, the operator can skip the record. {@code serve} prints only the
   * root cause.
   */
  @Test
  void imageThatDoesNotFitInMemory_isNamedWithItsRecord() {
    drive(builder().fetcher(this::fetch, 2));
    send("s3://photos/1.jpg");

    Throwable root = catchThrowable(() -> send("s3://huge?signature=x"));
    while (root.getCause() != null) {
      root = root.getCause();
    }
    assertThat(root)
        .isInstanceOf(HeapExhaustedError.class)
        .hasMessageStartingWith("the image of the record images-0@1 does not fit in the heap of ")
        .hasMessageContaining(" (s3://huge?…); ")
        .hasMessageContaining("skip the record with --skip images-0@1 (in your own topology, with ")
        .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));

    assertThat(deadLetters.isEmpty()).isTrue();
  }

  /** The record is not at fault, so no handler may skip the record. */
  @Test
  void recordAfterTheClose_failsItsTask() {
    drive(builder().fetcher(this::fetch, 2), LogAndContinueProcessingExceptionHandler.class);
    send("s3://photos/1.jpg");
    inference.close();

    assertThatThrownBy(() -> send("s3://photos/2.jpg")).hasStackTraceContaining("the pool closes");

    assertThat(deadLetters.isEmpty()).isTrue();
    assertThat(fetched).hasSize(1);
  }

  /** Sends a record on a new thread, whose consumer guards no task yet. */
  private CompletableFuture<Void> sendToAStoreThatIsAway(Runnable consumer) {
    return CompletableFuture.runAsync(
        () -> {
          consumer.run();
          drive(builder().fetcher(this::fetch, 2));
          send("s3://away");
        },
        thread -> new Thread(thread).start());
  }

  @Test
  void storeThatIsAway_revivesTheTask_ifTheConsumerGuardsIt() {
    CompletableFuture<Void> sent =
        sendToAStoreThatIsAway(
            () -> HeldPartitions.ofThisThread().applyTo(new MockConsumer<>("earliest")));

    assertThatThrownBy(sent::join).hasCauseInstanceOf(TaskCorruptedException.class);
  }

  /** A revived task could commit offsets of records that it has not processed. */
  @Test
  void storeThatIsAway_letsTheThreadJoinAgain_ifNoConsumerGuardsTheTask() {
    CompletableFuture<Void> sent = sendToAStoreThatIsAway(() -> {});

    assertThatThrownBy(sent::join).hasCauseInstanceOf(TaskMigratedException.class);
  }
}
