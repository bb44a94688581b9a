package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.ImageReference;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.PromptClients;
import dev.millrace.streams.fetch.FetchedImage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A stream of records that refer to images in a store. The store stops working for a while, while
 * images are in flight. Each run uses its own topics and its own group.
 */
final class AwayStore {

  private static final int PARTITIONS = 4;
  private static final int THREADS = 2;
  private static final int IMAGES = 400;

  /**
   * Number of successful fetches after which the store stops working, while other images are in
   * flight.
   */
  private static final int WORKING = IMAGES / 2 + 70;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The value of a record is the URI of its image. */
  private static final Serde<ImageEvent> REFERENCES =
      Serdes.serdeFrom(
          (topic, event) -> {
            throw new UnsupportedOperationException();
          },
          (topic, uri) ->
              new ImageEvent.Referenced(
                  new ImageReference(new String(uri, StandardCharsets.UTF_8), null)));

  private final EmbeddedBroker broker;
  private final Path models;
  private final FetchedImage image = new FetchedImage(Images.noise("png", 32, 32, 1));
  private final AtomicInteger fetches = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile boolean repaired;

  /**
   * @param models an empty folder
   */
  AwayStore(EmbeddedBroker broker, Path models) {
    this.broker = broker;
    this.models = models;
  }

  private FetchedImage fetch(ImageReference reference) throws IOException {
    if (fetches.incrementAndGet() > WORKING && !repaired) {
      failures.incrementAndGet();
      throw new IOException("the store is away");
    }
    return image;
  }

  /**
   * Runs a stream whose store stops working until {@code isOver} is true. Asserts that each image
   * gets its prediction, in order, and only one prediction under exactly-once. Asserts that no
   * thread fails, and that the inference's health names the reason why the stream waits. Asserts
   * that the group does not rebalance if {@link PromptClients} creates the consumers, as with the
   * classic protocol.
   *
   * @param isOver whether the store works again, given the number of failed fetches
   */
  void run(String guarantee, String protocol, IntPredicate isOver) throws Exception {
    String name = "away-" + models.getFileName();
    Models.publishRandom(models, name);
    createTopics(name);
    Properties properties = properties(name, guarantee, protocol);
    List<KafkaStreams.State> states = new CopyOnWriteArrayList<>();
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    try (Inference<String, ImageEvent, Prediction> inference =
            ImageInference.<String>builder(InferenceConfig.of(models, name))
                .registry(new SimpleMeterRegistry())
                .fetcher(this::fetch, 8)
                .build();
        KafkaStreams streams = streams(name, inference, properties)) {
      streams.setStateListener((to, from) -> states.add(to));
      streams.setUncaughtExceptionHandler(
          failure -> {
            uncaught.add(failure);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          });
      inference.start();
      streams.start();
      send(name, 0, IMAGES / 2);
      assertThat(predictions(name, IMAGES / 2)).hasSizeGreaterThanOrEqualTo(IMAGES / 2);
      awaitEvenShares(streams); // the second thread may join after these predictions
      Set<String> threads = threads(streams);
      List<KafkaStreams.State> before = List.copyOf(states);

      send(name, IMAGES / 2, IMAGES);
      await()
          .dontCatchUncaughtExceptions()
          .atMost(Duration.ofMinutes(20))
          .until(() -> isOver.test(failures.get()));
      // A fetch counts as failed a moment before the pool notes that the store is away.
      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(() -> !inference.health().ready());
      assertThat(inference.health().reason()).isEqualTo("the store is away");
      repaired = true;

      assertInOrder(predictions(name, IMAGES), guarantee.equals("exactly_once_v2"));
      await()
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(() -> inference.health().ready());
      if (protocol.equals("classic")) {
        assertThat(states).isEqualTo(before);
      }
      assertThat(threads(streams)).isEqualTo(threads);
      assertThat(uncaught).isEmpty();
    }
  }

  private void createTopics(String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(name + "-in", PARTITIONS, (short) 1),
                  new NewTopic(name + "-out", PARTITIONS, (short) 1),
                  new NewTopic(name + "-dead", 1, (short) 1)))
          .all()
          .get();
    }
  }

  private Properties properties(String name, String guarantee, String protocol) {
    Properties properties = new Properties();
    properties.put("application.id", name);
    properties.put("bootstrap.servers", broker.bootstrapServers());
    properties.put("processing.guarantee", guarantee);
    properties.put("group.protocol", protocol);
    properties.put("num.stream.threads", THREADS);
    properties.put("commit.interval.ms", 500);
    properties.put("auto.offset.reset", "earliest");
    properties.put("state.dir", models.resolve("state").toString());
    properties.put("processing.exception.handler", DeadLetterBadImages.class);
    properties.put("errors.dead.letter.queue.topic.name", name + "-dead");
    return properties;
  }

  private static KafkaStreams streams(
      String name, Inference<String, ImageEvent, Prediction> inference, Properties properties) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(name + "-in", Consumed.with(Serdes.String(), REFERENCES))
        .processValues(inference)
        .mapValues(prediction -> Long.toString(prediction.source().offset()))
        .to(
            name + "-out",
            Produced.with(Serdes.String(), Serdes.String())
                .withStreamPartitioner(
                    (topic, key, value, partitions) ->
                        Optional.of(Set.of(Integer.parseInt(key) % PARTITIONS))));
    return new KafkaStreams(builder.build(), properties, new PromptClients());
  }

  private void send(String name, int from, int to) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = from; i < to; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    name + "-in", i % PARTITIONS, Integer.toString(i), "uri-" + i));
      }
    }
  }

  /** Reads committed predictions until {@code count} different images have a prediction. */
  private List<ConsumerRecord<String, String>> predictions(String name, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int p = 0; p < PARTITIONS; p++) {
        partitions.add(new TopicPartition(name + "-out", p));
      }
      consumer.assign(partitions);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (distinct(records) < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      consumer.poll(Duration.ofMillis(500)).forEach(records::add);
    }
    return records;
  }

  private static long distinct(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::key).distinct().count();
  }

  /**
   * Asserts that each image has a prediction, and that each partition's predictions are in order.
   * An offset may be followed only by the next offset, or by an offset that had a prediction
   * before. The second case is a repetition of all images after the last commit.
   */
  private static void assertInOrder(List<ConsumerRecord<String, String>> records, boolean once) {
    assertThat(distinct(records)).isEqualTo(IMAGES);
    if (once) {
      assertThat(records).hasSize(IMAGES);
    }
    Map<Integer, Long> last = new HashMap<>();
    Map<Integer, Long> furthest = new HashMap<>();
    for (ConsumerRecord<String, String> record : records) {
      long offset = Long.parseLong(record.value());
      long before = last.getOrDefault(record.partition(), -1L);
      long most = furthest.getOrDefault(record.partition(), -1L);
      assertThat(offset)
          .as("partition %d after offset %d", record.partition(), before)
          .satisfiesAnyOf(
              next -> assertThat(next).isEqualTo(before + 1),
              next -> assertThat(next).isLessThanOrEqualTo(most));
      last.put(record.partition(), offset);
      furthest.put(record.partition(), Math.max(most, offset));
    }
  }

  /** Waits until each thread has its share of the partitions, so that no rebalance is due. */
  private static void awaitEvenShares(KafkaStreams streams) {
    await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .until(
            () ->
                streams.state() == KafkaStreams.State.RUNNING
                    && streams.metadataForLocalThreads().stream()
                        .allMatch(thread -> thread.activeTasks().size() == PARTITIONS / THREADS));
  }

  private static Set<String> threads(KafkaStreams streams) {
    return streams.metadataForLocalThreads().stream()
        .map(ThreadMetadata::threadName)
        .collect(Collectors.toSet());
  }
}
