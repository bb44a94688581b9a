package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.tests.Images;
import dev.millrace.tests.Models;
import dev.millrace.tests.TamperedSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stream thread with many tasks and a slow model, under exactly-once. The thread waits for
 * answers of several tasks between two commits, and the broker aborts a transaction that is open
 * for too long.
 */
@Tag("broker")
@Timeout(300)
class SlowModelTest {

  private static final int TASKS = 32;

  /**
   * Number of images in each partition. If a poll returns records of a few partitions only, the
   * thread classifies some images in time, but not the last ones.
   */
  private static final int MANY_IMAGES = 50;

  private static final int TRANSACTION_TIMEOUT = 5_000;
  private static final int POLL_INTERVAL = 5_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private final BlockingQueue<Throwable> failures = new ArrayBlockingQueue<>(1);
  private final Properties properties = new Properties();
  private final StreamsBuilder builder = new StreamsBuilder();
  private EmbeddedBroker broker;

  /** How long the device takes for an image. */
  private Duration run = Duration.ofMillis(250);

  @BeforeEach
  void configure() {
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "slow");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, "exactly_once_v2");
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    properties.put("transaction.timeout.ms", TRANSACTION_TIMEOUT);
    properties.put("auto.offset.reset", "earliest");
    // With its own consumer, Kafka Streams lets every task process a record before it may commit.
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "streams");
  }

  private EmbeddedBroker startBroker() throws Exception {
    return startBroker(1);
  }

  /**
   * @param images the number of images in each partition
   */
  private EmbeddedBroker startBroker(int images) throws Exception {
    broker =
        EmbeddedBroker.start(
            new BrokerConfig(
                folder.resolve("kafka"),
                BrokerConfig.DEFAULT_HOST,
                0,
                Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200")));
    properties.put("bootstrap.servers", broker.bootstrapServers());
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("images", TASKS, (short) 1),
                  new NewTopic("copies", 1, (short) 1),
                  new NewTopic("predictions", 1, (short) 1)))
          .all()
          .get();
      // The broker accepts the second batch of a producer although it refused the first one,
      // because
      // the partition was too new. It then refuses the first one for ever. So one batch goes first.
      send(producer, 1);
      send(producer, images - 1);
    }
    return broker;
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, int images) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < images * TASKS; i++) {
      int partition = i % TASKS;
      byte[] image = Images.noise("png", 32, 32, partition);
      sent.add(producer.send(new ProducerRecord<>("images", partition, new byte[1], image)));
    }
    for (Future<RecordMetadata> record : sent) {
      record.get();
    }
  }

  /** Creates an inference whose device runs one image at a time. */
  private ImageInference<byte[]> inference() {
    Path models = folder.resolve("models");
    var version = Models.publishRandom(models, "random");
    EngineConfig engine =
        new EngineConfig(List.of(Device.CPU), 1, Duration.ZERO, 1, 1, ImageLimits.DEFAULT);
    return new ImageInference<>(
        InferenceConfig.of(models, version.name()),
        first ->
            InferenceEngine.start(
                engine,
                TamperedSession.runtime(
                    new OnnxModelRuntime(), (session, pixels, images, answer) -> occupyDevice()),
                version,
                () -> new OpenCvImageDecoder(ImageLimits.DEFAULT),
                new EngineMetrics(new SimpleMeterRegistry()),
                System::nanoTime));
  }

  private void occupyDevice() {
    try {
      TimeUnit.NANOSECONDS.sleep(run.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private KStream<byte[], ImageEvent> images() {
    return builder.stream("images", Consumed.with(Serdes.ByteArray(), ImageEvent.serde()));
  }

  private KafkaStreams start(ImageInference<byte[]> inference, KStream<byte[], ImageEvent> images) {
    images
        .processValues(inference)
        .to("predictions", Produced.with(Serdes.ByteArray(), Prediction.serde()));
    KafkaStreams streams = new KafkaStreams(builder.build(), properties, new PromptClients());
    streams.setUncaughtExceptionHandler(
        failure -> {
          boolean unused = failures.offer(failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    inference.start();
    streams.start();
    return streams;
  }

  private long committed() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin
          .listConsumerGroupOffsets("slow")
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  /** Between two commits, each task takes an image, and waits until the engine has room for it. */
  @Test
  void tasksThatWaitForTheEngine_commitInTime() throws Exception {
    try (EmbeddedBroker running = startBroker();
        ImageInference<byte[]> inference = inference();
        KafkaStreams streams = start(inference, images())) {
      await().atMost(PATIENCE).until(() -> !failures.isEmpty() || committed() == TASKS);
      assertThat(failures).isEmpty();
    }
  }

  /**
   * Another processor begins a transaction before the tasks wait for the engine. Eight images
   * already take longer than the transaction may last. So it does not matter how many partitions
   * the first poll returns.
   */
  @Test
  void modelThatIsTooSlowForTheTransaction_failsTheThread() throws Exception {
    run = Duration.ofMillis(700);
    try (EmbeddedBroker running = startBroker();
        ImageInference<byte[]> inference = inference()) {
      KStream<byte[], ImageEvent> images = images();
      images
          .mapValues(image -> new byte[1])
          .to("copies", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
      try (KafkaStreams streams = start(inference, images)) {
        Throwable failure = failures.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(failure)
            .hasStackTraceContaining("the broker aborted a transaction")
            .hasStackTraceContaining("Raise transaction.timeout.ms (5000)");
        assertThat(Blame.of(failure)).isEqualTo(Blame.UNKNOWN);
      }
    }
  }

  /** The first round of all tasks takes longer than the group waits for the next poll. */
  @Test
  void modelThatIsTooSlowForThePolls_failsTheThread() throws Exception {
    properties.put("max.poll.interval.ms", POLL_INTERVAL);
    properties.put("transaction.timeout.ms", 60_000);
    try (EmbeddedBroker running = startBroker(MANY_IMAGES);
        ImageInference<byte[]> inference = inference();
        KafkaStreams streams = start(inference, images())) {
      Throwable failure = failures.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(failure)
          .hasStackTraceContaining("the group removed the stream thread again")
          .hasStackTraceContaining("Raise max.poll.interval.ms (" + POLL_INTERVAL + ")");
      assertThat(Blame.of(failure)).isEqualTo(Blame.UNKNOWN);
    }
  }

  /** The consumer of PromptClients polls more often the second time, because it knows the model. */
  @Test
  void modelThatSurprisesTheThread_doesNotFailIt() throws Exception {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    properties.put("max.poll.interval.ms", POLL_INTERVAL);
    properties.put("transaction.timeout.ms", 60_000);
    try (EmbeddedBroker running = startBroker();
        ImageInference<byte[]> inference = inference();
        KafkaStreams streams = start(inference, images())) {
      await().atMost(PATIENCE).until(() -> !failures.isEmpty() || committed() == TASKS);
      assertThat(failures).isEmpty();
    }
  }
}
