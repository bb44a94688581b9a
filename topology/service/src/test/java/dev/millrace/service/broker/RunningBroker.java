package dev.millrace.service.broker;

import static org.awaitility.Awaitility.await;

import dev.millrace.service.serve.TopicCreation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A broker that all test classes with this extension share. It starts before the first class, and
 * stops after the last. Each class must use its own topic names.
 */
public final class RunningBroker implements BeforeAllCallback {

  static {
    // On a busy machine, a rebalance may take longer than the usual 10 s.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private Shared shared;

  @Override
  public void beforeAll(ExtensionContext context) {
    shared =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(RunningBroker.class))
            .computeIfAbsent(Shared.class, key -> Shared.start(), Shared.class);
  }

  public String bootstrapServers() {
    return shared.broker().bootstrapServers();
  }

  /** Returns an admin client of this broker. The extension closes the client. */
  public Admin admin() {
    return shared.admin();
  }

  /** Creates a topic with two partitions. */
  public void createTopic(String name, Map<String, String> configs)
      throws ExecutionException, InterruptedException {
    createTopic(name, 2, configs);
  }

  /** Creates a topic, and waits until it accepts records. */
  public void createTopic(String name, int partitions, Map<String, String> configs)
      throws ExecutionException, InterruptedException {
    admin()
        .createTopics(
            List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configs)))
        .all()
        .get();
    await()
        .ignoreExceptionsMatching(e -> e.getCause() instanceof UnknownTopicOrPartitionException)
        .until(() -> takesRecords(name));
  }

  /** Sets a topic's configuration, and waits until the broker reports it. */
  public void configure(String topic, String key, String value)
      throws ExecutionException, InterruptedException {
    AlterConfigOp change = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    admin().incrementalAlterConfigs(Map.of(resource(topic), List.of(change))).all().get();
    await().until(() -> configuration(topic, key), value::equals);
  }

  /**
   * Returns a topic's configuration as the broker reports it. A new value appears a moment after an
   * administrator has set it.
   */
  public String configuration(String topic, String key)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = resource(topic);
    return admin().describeConfigs(List.of(resource)).values().get(resource).get().get(key).value();
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private boolean takesRecords(String topic) throws ExecutionException, InterruptedException {
    Collection<TopicDescription> descriptions =
        admin().describeTopics(List.of(topic)).allTopicNames().get().values();
    return !admin().listOffsets(TopicCreation.ends(descriptions)).all().get().isEmpty();
  }

  /** Sends one record, and waits until the broker has stored it. */
  public void send(String topic, String key, String value)
      throws ExecutionException, InterruptedException {
    try (Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  /** Returns all records that are in a topic now, partition by partition. */
  public List<ConsumerRecord<String, byte[]>> records(String topic) {
    try (Consumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** Returns a record's value as text. */
  public static String text(ConsumerRecord<String, byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  /** The shared broker. JUnit closes it at the end of the run. */
  private record Shared(Path folder, EmbeddedBroker broker, Admin admin) implements AutoCloseable {

    static Shared start() {
      try {
        Path folder = Files.createTempDirectory("millrace-broker");
        EmbeddedBroker broker = EmbeddedBroker.start(new BrokerConfig(folder, 0));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        return new Shared(folder, broker, admin);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      admin.close();
      broker.close();
      try (Stream<Path> walk = Files.walk(folder)) {
        for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
