package dev.millrace.tests;

import static org.awaitility.Awaitility.await;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.ControlWriter;
import dev.millrace.control.SwapReport;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.EventFormats;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.OnBadImage;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A service with its own topics, and methods to send images and read the answers. */
final class Pipeline implements AutoCloseable {

  /** Timestamp of all records. It is recent, because the broker deletes old records. */
  static final long TIME = System.currentTimeMillis();

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger COUNT = new AtomicInteger();

  final Topics topics;
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final String bootstrapServers;
  private final ServiceConfig config;
  private InferenceService service;

  private Pipeline(String bootstrapServers, Topics topics, ServiceConfig config) {
    this.bootstrapServers = bootstrapServers;
    this.topics = topics;
    this.config = config;
  }

  /** Creates the topics and starts the service. */
  static Pipeline start(
      EmbeddedBroker broker, ModelVersion model, int partitions, Map<String, String> kafka)
      throws Exception {
    return start(broker, inference(model).build(), partitions, kafka);
  }

  /** Creates the topics and starts the service. */
  static Pipeline start(
      EmbeddedBroker broker, InferenceConfig inference, int partitions, Map<String, String> kafka)
      throws Exception {
    return start(
        broker,
        inference,
        partitions,
        kafka,
        OnBadImage.DEAD_LETTER,
        ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
  }

  /**
   * Returns a builder for inference with the newest version of a model, which may be newer than the
   * version {@code model}.
   */
  static InferenceConfig.Builder inference(ModelVersion model) {
    return InferenceConfig.builder(model.folder().getParent().getParent(), model.name());
  }

  /** Creates the topics and starts the service. */
  static Pipeline start(
      EmbeddedBroker broker,
      InferenceConfig inference,
      int partitions,
      Map<String, String> kafka,
      OnBadImage onBadImage,
      int maxRecordBytes)
      throws Exception {
    Pipeline pipeline = prepare(broker, inference, partitions, kafka, onBadImage, maxRecordBytes);
    pipeline.start();
    return pipeline;
  }

  /** Creates the topics. The caller starts the service. */
  static Pipeline prepare(
      EmbeddedBroker broker,
      InferenceConfig inference,
      int partitions,
      Map<String, String> kafka,
      OnBadImage onBadImage,
      int maxRecordBytes)
      throws Exception {
    int number = COUNT.incrementAndGet();
    Topics topics =
        new Topics(
            "images-" + number, "predictions-" + number, "images-" + number + ".dead-letters");
    return prepare(
        broker, inference, topics, partitions, kafka, onBadImage, maxRecordBytes, "test-" + number);
  }

  /**
   * Creates the topics and starts the service. If {@code topics} names the input topics by a
   * pattern, the caller creates the input topics.
   */
  static Pipeline start(
      EmbeddedBroker broker, ModelVersion model, Topics topics, Map<String, String> kafka)
      throws Exception {
    Pipeline pipeline =
        prepare(
            broker,
            inference(model).build(),
            topics,
            1,
            kafka,
            OnBadImage.DEAD_LETTER,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES,
            "test-" + COUNT.incrementAndGet());
    pipeline.start();
    return pipeline;
  }

  /** Creates the topics and starts a service whose inference a factory creates. */
  static Pipeline start(
      EmbeddedBroker broker,
      ModelVersion model,
      Function<InferenceConfig, ? extends Inference<byte[], ImageEvent, Prediction>> factory)
      throws Exception {
    Pipeline pipeline =
        prepare(
            broker,
            inference(model).build(),
            1,
            Map.of(),
            OnBadImage.DEAD_LETTER,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    pipeline.start(factory);
    return pipeline;
  }

  /** Creates the topics and starts a service that reads and writes events in these formats. */
  static Pipeline start(EmbeddedBroker broker, ModelVersion model, EventFormats formats)
      throws Exception {
    Pipeline usual =
        prepare(
            broker,
            inference(model).build(),
            1,
            Map.of(),
            OnBadImage.DEAD_LETTER,
            ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    ServiceConfig config =
        new ServiceConfig(
            usual.config.inference(),
            usual.topics,
            formats,
            ServiceConfig.NO_FETCHES,
            usual.config.onBadImage(),
            usual.config.maxRecordBytes(),
            false,
            Map.of(),
            usual.config.kafka());
    Pipeline pipeline = new Pipeline(usual.bootstrapServers, usual.topics, config);
    pipeline.start();
    return pipeline;
  }

  private static Pipeline prepare(
      EmbeddedBroker broker,
      InferenceConfig inference,
      Topics topics,
      int partitions,
      Map<String, String> kafka,
      OnBadImage onBadImage,
      int maxRecordBytes,
      String group)
      throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", broker.bootstrapServers());
    properties.put("application.id", group);
    properties.putAll(kafka);
    Pipeline pipeline =
        new Pipeline(
            broker.bootstrapServers(),
            topics,
            new ServiceConfig(inference, topics, onBadImage, maxRecordBytes, false, properties));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      TopicCreation.create(admin, topics, partitions, maxRecordBytes);
    }
    return pipeline;
  }

  /**
   * Changes the configuration of a topic, as an administrator does, and waits until the broker
   * applies it. This wait is necessary, because the controller confirms a change before the broker
   * has received it.
   */
  void alter(String topic, Map<String, String> configs) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  resource,
                  configs.entrySet().stream()
                      .map(
                          config ->
                              new AlterConfigOp(
                                  new ConfigEntry(config.getKey(), config.getValue()),
                                  AlterConfigOp.OpType.SET))
                      .toList()))
          .all()
          .get();
      await()
          .dontCatchUncaughtExceptions()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptions()
          .until(() -> hasConfigs(admin.describeConfigs(List.of(resource)).all().get(), configs));
    }
  }

  private static boolean hasConfigs(
      Map<ConfigResource, Config> described, Map<String, String> expected) {
    Config config = described.values().iterator().next();
    return expected.entrySet().stream()
        .allMatch(entry -> entry.getValue().equals(config.get(entry.getKey()).value()));
  }

  /** Starts the service for the first time, or starts it again. */
  void start() throws Exception {
    launch();
    awaitRunning();
  }

  /** Starts the service. {@code factory} creates the inference that the service uses. */
  void start(Function<InferenceConfig, ? extends Inference<byte[], ImageEvent, Prediction>> factory)
      throws Exception {
    service = InferenceService.start(config, factory, registry);
    awaitRunning();
  }

  /** Starts the service, and does not wait until it can serve. */
  void launch() {
    service = InferenceService.start(config, registry);
  }

  /** Waits until the service has joined its group. */
  void awaitRunning() throws Exception {
    service.running().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void stop() {
    service.close();
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  ServiceConfig config() {
    return config;
  }

  InferenceService service() {
    return service;
  }

  /** Returns an input record with the timestamp of all tests. */
  ProducerRecord<String, byte[]> image(String key, byte[] value) {
    return new ProducerRecord<>(topics.input(), null, TIME, key, value);
  }

  /**
   * Sends records and waits until the broker has them. Returns their partitions and offsets in the
   * order of the records.
   */
  List<RecordMetadata> send(List<ProducerRecord<String, byte[]>> records) throws Exception {
    List<RecordMetadata> places = new ArrayList<>();
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "max.request.size", 100 << 20),
            new StringSerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      records.forEach(record -> sent.add(producer.send(record)));
      for (Future<RecordMetadata> one : sent) {
        places.add(one.get());
      }
    }
    return places;
  }

  /** Waits for {@code count} predictions, and returns all predictions. */
  List<ConsumerRecord<String, Prediction>> predictions(int count) {
    return predictions(count, Prediction.serde().deserializer());
  }

  /** Waits for {@code count} predictions in any format, and returns all predictions. */
  List<ConsumerRecord<String, Prediction>> predictions(
      int count, Deserializer<Prediction> deserializer) {
    try (KafkaConsumer<String, Prediction> consumer =
        new KafkaConsumer<>(consumerConfig(), new StringDeserializer(), deserializer)) {
      return read(consumer, topics.output(), count);
    }
  }

  /** Waits for {@code count} dead letters, and returns all dead letters. */
  List<ConsumerRecord<String, byte[]>> deadLetters(int count) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            consumerConfig(), new StringDeserializer(), new ByteArrayDeserializer())) {
      return read(consumer, topics.deadLetters(), count);
    }
  }

  /**
   * Promotes a version, as {@code models promote} does. The promotion applies to every pipeline of
   * this broker with this model name, so use a unique model name in each test.
   */
  Champion promote(int version, boolean allowSignatureChange) throws Exception {
    return promote(new Champion(version, null, allowSignatureChange));
  }

  /**
   * Promotes the version that {@code champion} names. {@code champion} also names the version to
   * which a later rollback would return.
   */
  Champion promote(Champion champion) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
    try (Admin admin = Admin.create(kafka)) {
      TopicCreation.createControl(admin);
    }
    String model = config.inference().model();
    return new ControlWriter(kafka, kafka).change(model, before -> champion);
  }

  /**
   * Waits until there are {@code count} reports about this pipeline's model, and returns all
   * reports about this model.
   */
  List<SwapReport> reports(int count) throws IOException {
    List<SwapReport> reports = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            consumerConfig(), new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(ControlTopic.STATUS, 0)));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (reports.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.key().equals(config.inference().model())) {
            reports.add(SwapReport.fromJson(record.value()));
          }
        }
      }
    }
    return reports;
  }

  /** Returns the name of the group that the service joins. */
  String group() {
    return config.group();
  }

  /** Returns the committed offset of an input partition, or 0 if there is none. */
  long committed(int partition) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(config.kafka().getProperty("application.id"))
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(topics.input(), partition));
      return offset == null ? 0 : offset.offset();
    }
  }

  private Map<String, Object> consumerConfig() {
    return Map.of(
        "bootstrap.servers",
        bootstrapServers,
        "auto.offset.reset",
        "earliest",
        "isolation.level",
        "read_committed");
  }

  /** Reads a topic until it has at least {@code count} records and its end is reached. */
  private static <V> List<ConsumerRecord<String, V>> read(
      KafkaConsumer<String, V> consumer, String topic, int count) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    consumer.assign(partitions);
    List<ConsumerRecord<String, V>> records = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      if (records.size() >= count && isAtEnd(consumer, partitions)) {
        return records;
      }
    }
    throw new AssertionError(topic + " has only " + records.size() + " of " + count + " records");
  }

  private static boolean isAtEnd(KafkaConsumer<?, ?> consumer, List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    return partitions.stream()
        .allMatch(partition -> consumer.position(partition) >= ends.get(partition));
  }

  @Override
  public void close() {
    service.close();
  }
}
