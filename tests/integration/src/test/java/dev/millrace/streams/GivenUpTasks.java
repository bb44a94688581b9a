package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Kafka Streams application whose tasks give up their work. It reads one topic, commits often,
 * and has the plugin's Kafka clients. No stream thread of any member may fail.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
abstract class GivenUpTasks {

  static final int PARTITIONS = 2;
  static final int RECORDS = 30;
  static final Duration PATIENCE = Duration.ofMinutes(1);

  final String topic = "given-up-" + UUID.randomUUID();
  final StreamsBuilder builder = new StreamsBuilder();
  final Properties properties = new Properties();
  Map<String, Object> kafka;

  @TempDir private Path folder;
  private final Set<Throwable> failures = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void send(EmbeddedBroker broker) throws Exception {
    kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    }
    send();
    properties.putAll(kafka);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topic);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 10);
    properties.put("auto.offset.reset", "earliest");
  }

  @AfterEach
  void noThreadFailed() {
    assertThat(failures).isEmpty();
  }

  final void send() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      send(partition);
    }
  }

  final void send(int partition) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        byte[] key = {(byte) i};
        var unused = producer.send(new ProducerRecord<>(topic, partition, key, new byte[1]));
      }
    }
  }

  final KStream<byte[], byte[]> input() {
    return builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()));
  }

  final KafkaStreams start(String guarantee, String member) {
    configure(guarantee, member);
    return start(new KafkaStreams(builder.build(), properties, new PromptClients()));
  }

  final void configure(String guarantee, String member) {
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve(member).toString());
  }

  final KafkaStreams start(KafkaStreams streams) {
    streams.setUncaughtExceptionHandler(
        failure -> {
          failures.add(failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    return streams;
  }

  /** Otherwise, a member that joins again would wait until this member's session times out. */
  static void leave(KafkaStreams streams) {
    streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
  }

  final Set<Long> committed() throws InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      return admin
          .listConsumerGroupOffsets(topic)
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .map(OffsetAndMetadata::offset)
          .collect(Collectors.toSet());
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
