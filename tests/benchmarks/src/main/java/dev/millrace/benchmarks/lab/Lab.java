package dev.millrace.benchmarks.lab;

import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.process.Child;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OnnxFormat;
import dev.millrace.onnx.ResNetOnnx;
import dev.millrace.service.bench.BenchmarkException;
import dev.millrace.service.serve.TopicCreation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The environment of the measurements: a broker, a model repository, topics of images, and a JVM
 * for each contender. Not thread-safe.
 */
public final class Lab implements AutoCloseable {

  /**
   * Largest size of a record in the topics, in bytes. It is larger than any picture of a benchmark.
   */
  static final int MAX_RECORD_BYTES = 8 << 20;

  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration POLL = Duration.ofMillis(100);

  private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  private final Path folder;
  private final List<String> jvmOptions;
  private final Child broker;
  private final String bootstrapServers;
  private int runs;

  private Lab(Path folder, List<String> jvmOptions, Child broker, String bootstrapServers) {
    this.folder = folder;
    this.jvmOptions = jvmOptions;
    this.broker = broker;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts the broker.
   *
   * @param folder folder for all files of the lab; the caller deletes this folder
   * @param jvmOptions JVM options of every contender
   */
  public static Lab open(Path folder, List<String> jvmOptions)
      throws IOException, InterruptedException {
    Child broker =
        Child.start(
            folder,
            List.of("-Xmx1g"),
            List.of(),
            Broker.class,
            List.of(folder.resolve("broker").toString()));
    return new Lab(folder, jvmOptions, broker, broker.next(START));
  }

  /**
   * Warms up the broker and this process's clients by sending and fetching {@code records} records,
   * one by one. A Kafka process that has just started spends more time on JIT compilation than on
   * records.
   *
   * @throws BenchmarkException if the broker refuses a record
   */
  public void practise(int records) throws InterruptedException {
    Feed feed = empty(1, records);
    Map<String, Object> keys =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.LINGER_MS_CONFIG,
            0);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(feed.topic(), feed.partitions(), 1);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(keys, new ByteArraySerializer(), new ByteArraySerializer())) {
      int fetched = 0;
      for (int i = 0; i < records; i++) {
        byte[] key = Numbers.key(i);
        producer.send(new ProducerRecord<>(feed.topic(), key, key)).get();
        while (fetched <= i) {
          broker.requireAlive();
          fetched += consumer.poll(POLL).count();
        }
      }
    } catch (ExecutionException e) {
      throw new BenchmarkException("the broker refuses a record: " + e.getCause());
    }
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Returns the folder of the model repository. */
  public Path repository() {
    return folder.resolve("models");
  }

  /**
   * Publishes a network with random weights. A network with random weights runs as fast as a
   * network with trained weights.
   */
  public void publish(String name, ResNet network) {
    publish(name, network, OnnxFormat.EXACT);
  }

  /** Publishes a network with random weights in this format. */
  public void publish(String name, ResNet network, OnnxFormat format) {
    Labels labels = labels(network.classes());
    byte[] onnx = ResNetOnnx.write(network, HeInitialization.of(network, 1), format);
    publish(name, onnx, network.size(), labels);
  }

  /**
   * Publishes an exported network with ImageNet's normalisation.
   *
   * @param size side of the network's images, in pixels. If it is at least 64, images are resized
   *     and cropped as is usual for ImageNet
   */
  public void publish(String name, byte[] onnx, int size, Labels labels) {
    Preprocessing preprocessing =
        new Preprocessing(size, size < 64 ? size : size * 256 / 224, MEAN, STD);
    publish(name, onnx, preprocessing, labels);
  }

  /**
   * Publishes a network, and keeps its file as it is, for contenders that take float32 numbers; see
   * {@link Settings#original}.
   *
   * @param onnx an ONNX file with all of its weights
   */
  public void publishWithOriginal(
      String name, byte[] onnx, Preprocessing preprocessing, int classes) throws IOException {
    publish(name, onnx, preprocessing, labels(classes));
    Path original = Settings.original(repository(), name);
    Files.createDirectories(original.getParent());
    Files.write(original, onnx);
  }

  private static Labels labels(int classes) {
    return new Labels(IntStream.range(0, classes).mapToObj(i -> "class-" + i).toList());
  }

  private void publish(String name, byte[] onnx, Preprocessing preprocessing, Labels labels) {
    new ModelRepository(repository())
        .publish(
            name,
            ModelPreparation.prepare(onnx, preprocessing, labels).bytes(),
            preprocessing,
            labels,
            new ModelManifest.Source("import", null, null));
  }

  /**
   * Creates a topic and sends {@code images} images to it. If there are fewer pictures than images,
   * the pictures are sent repeatedly, in turn.
   */
  public Feed fill(String topic, int partitions, List<byte[]> pictures, int images)
      throws InterruptedException {
    create(topic, partitions);
    Map<String, Object> keys =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            MAX_RECORD_BYTES,
            ProducerConfig.BATCH_SIZE_CONFIG,
            1 << 18,
            ProducerConfig.LINGER_MS_CONFIG,
            50);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(keys, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < images; i++) {
        byte[] picture = pictures.get(i % pictures.size());
        var unused =
            producer.send(new ProducerRecord<>(topic, i % partitions, Numbers.key(i), picture));
      }
    }
    return new Feed(topic, partitions, images);
  }

  /**
   * Creates an empty topic, and returns a feed for the images that the caller sends to this topic
   * later.
   */
  Feed empty(int partitions, int images) throws InterruptedException {
    String topic = "feed-" + runs++;
    create(topic, partitions);
    return new Feed(topic, partitions, images);
  }

  /** Creates a topic. */
  void create(String topic, int partitions) throws InterruptedException {
    create(topic, partitions, TimestampType.CREATE_TIME);
  }

  private void create(String topic, int partitions, TimestampType timestamps)
      throws InterruptedException {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(partitions), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(MAX_RECORD_BYTES),
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                    timestamps.name));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicCreation.create(admin, List.of(wanted));
    }
  }

  /**
   * Creates the output topic of a run. Returns settings that name this topic, the feed's topic and
   * a new consumer group.
   */
  Settings prepare(Settings wanted, Feed feed) throws InterruptedException {
    return prepare(wanted, feed, TimestampType.CREATE_TIME);
  }

  /**
   * Does the same as {@link #prepare(Settings, Feed)}.
   *
   * @param timestamps whether a record of the output topic has the time at which its producer
   *     created it, or the time at which the broker appended it
   */
  Settings prepare(Settings wanted, Feed feed, TimestampType timestamps)
      throws InterruptedException {
    String name = "run-" + runs++;
    Settings settings =
        new Settings(
            bootstrapServers,
            feed.topic(),
            name,
            name,
            wanted.exactlyOnce(),
            repository(),
            wanted.model(),
            wanted.backend(),
            wanted.devices(),
            wanted.maxBatchSize(),
            wanted.linger(),
            wanted.threads(),
            wanted.kafka());
    create(settings.output(), feed.partitions(), timestamps);
    return settings;
  }

  /**
   * Returns a consumer that reads all predictions of a run.
   *
   * @param leastBytes number of bytes for which the broker waits, up to 100 ms, before it answers a
   *     fetch request. Large fetches reduce the consumer's processor time
   */
  KafkaConsumer<byte[], byte[]> outputOf(Settings run, Feed feed, int leastBytes) {
    return consumer(run.output(), feed.partitions(), leastBytes);
  }

  private KafkaConsumer<byte[], byte[]> consumer(String topic, int count, int leastBytes) {
    Map<String, Object> keys = new HashMap<>();
    keys.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    keys.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
    keys.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, leastBytes);
    keys.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(keys, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      partitions.add(new TopicPartition(topic, i));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /** Starts a class in a new JVM, with the JVM options of the contenders. */
  public Child start(Class<?> main, List<String> arguments) throws IOException {
    return Child.start(folder, jvmOptions, List.of(), main, arguments);
  }

  /** Returns the JVM options of every measured process. */
  public List<String> jvmOptions() {
    return jvmOptions;
  }

  /** Returns the folder for all files of the lab. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    broker.close();
  }
}
