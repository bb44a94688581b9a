package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the time from the start of the {@code serve} command to the first prediction, while no
 * other process except the broker runs. Runs only with the profile {@code nightly}, because the
 * time limit assumes that the machine has no other load:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=speed -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("speed")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class ColdStartSuite {

  private static final Duration TARGET = Duration.ofSeconds(5);
  private static final int RUNS = 3;

  @TempDir Path folder;

  /** Compares the fastest of three runs with the limit, because the machine may be shared. */
  @Test
  void firstPrediction_isThereWithinFiveSeconds(EmbeddedBroker broker) throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    // On its first run, the launcher builds everything that is missing. This first run must not be
    // measured.
    assertThat(MillraceProcess.run(folder, "--version").exitCode()).isZero();

    List<Duration> times = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      times.add(firstPrediction(broker.bootstrapServers(), model, "cold-" + run));
    }

    System.out.println("cold start to the first prediction: " + times);
    assertThat(Collections.min(times)).isLessThan(TARGET);
  }

  private Duration firstPrediction(String at, ModelVersion model, String input) throws Exception {
    Topics topics = new Topics(input, input + "-out", input + "-dead");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", at))) {
      TopicCreation.create(admin, topics, 4, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", at),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(input, 0, null, Images.noise("png", 32, 32, 1))).get();
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", at),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition output = new TopicPartition(topics.output(), 0);
      consumer.assign(List.of(output));
      consumer.seekToBeginning(List.of(output));
      long start = System.nanoTime();
      try (MillraceProcess serve =
          MillraceProcess.start(
              folder,
              "",
              "serve",
              "--bootstrap-servers",
              at,
              "--repository",
              model.folder().getParent().getParent(),
              "--model",
              model.name(),
              "--input",
              topics.input(),
              "--output",
              topics.output(),
              "--dead-letters",
              topics.deadLetters(),
              "--application-id",
              input)) {
        while (serve.isAlive()) {
          ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(50));
          if (!records.isEmpty()) {
            return Duration.ofNanos(System.nanoTime() - start);
          }
        }
        throw new AssertionError("serve ended: " + serve.errors());
      }
    }
  }
}
