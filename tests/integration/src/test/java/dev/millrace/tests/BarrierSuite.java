package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.ServiceVariant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the cost of the commit barrier: images per second with and without it, in ten pairs of
 * runs. Each run has its own JVM. The two runs of a pair follow one another, and their order
 * alternates from pair to pair. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=speed -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("speed")
@ExtendWith(SharedBroker.class)
class BarrierSuite {

  private static final int PAIRS = Integer.getInteger("barrier.pairs", 10);
  private static final int PARTITIONS = 16;
  private static final int IMAGES = 40_000;
  // Number of images that are not timed at the beginning of each run, because the JVM is cold.
  private static final int UNTIMED = 8_000;
  private static final int COMMIT_INTERVAL_MS = 1_000;
  private static final double MAX_COST = 0.05;
  // Quantile of Student's t-distribution for a 95 % confidence interval and nine degrees of
  // freedom.
  private static final double T = 2.262;

  @TempDir Path folder;

  private String bootstrapServers;
  private ModelVersion model;
  private int runs;

  @Test
  void barrier_costsLittle(EmbeddedBroker broker) throws Exception {
    bootstrapServers = broker.bootstrapServers();
    model = Models.publishRandom(folder.resolve("models"), "random");
    fill();
    double[] logRatios = new double[PAIRS];
    System.out.println("| pair | with the barrier, images/s | without, images/s | cost |");
    System.out.println("|---|---|---|---|");
    for (int pair = 0; pair < PAIRS; pair++) {
      boolean withFirst = pair % 2 == 0;
      double first = throughput(withFirst);
      double second = throughput(!withFirst);
      double with = withFirst ? first : second;
      double without = withFirst ? second : first;
      logRatios[pair] = Math.log(with / without);
      System.out.printf(
          "| %d | %.0f | %.0f | %.1f %% |%n", pair + 1, with, without, 100 * (1 - with / without));
    }
    double mean = DoubleStream.of(logRatios).average().orElseThrow();
    double variance =
        DoubleStream.of(logRatios).map(r -> (r - mean) * (r - mean)).sum() / (PAIRS - 1);
    double halfWidth = T * Math.sqrt(variance / PAIRS);
    double lower = 1 - Math.exp(mean + halfWidth);
    double upper = 1 - Math.exp(mean - halfWidth);
    System.out.printf(
        "cost: %.1f %%, 95 %% interval %.1f to %.1f %%; commit interval %d ms, %d partitions%n",
        100 * (1 - Math.exp(mean)), 100 * lower, 100 * upper, COMMIT_INTERVAL_MS, PARTITIONS);
    assertThat(upper).isLessThanOrEqualTo(MAX_COST);
  }

  private void fill() throws Exception {
    create("unused-output", "unused-dead");
    List<byte[]> images =
        IntStream.range(0, 100).mapToObj(seed -> Images.noise("png", 32, 32, seed)).toList();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < IMAGES; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>("bench", i % PARTITIONS, null, images.get(i % images.size())));
      }
    }
  }

  private void create(String output, String deadLetters) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicCreation.create(
          admin,
          new Topics("bench", output, deadLetters),
          PARTITIONS,
          ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
  }

  /** Returns the images per second of one run, from the 8,000th prediction to the last. */
  private double throughput(boolean barrier) throws Exception {
    String name = "bench-" + runs++;
    create(name + "-out", name + "-dead");
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        MillraceProcess service =
            MillraceProcess.start(
                folder,
                ServiceVariant.class,
                "repository=" + folder.resolve("models"),
                "model=" + model.name(),
                "input=bench",
                "output=" + name + "-out",
                "barrier=" + barrier,
                "delay=0",
                "bootstrap.servers=" + bootstrapServers,
                "application.id=" + name,
                "auto.offset.reset=earliest",
                "num.stream.threads=2",
                "commit.interval.ms=" + COMMIT_INTERVAL_MS)) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(i -> new TopicPartition(name + "-out", i))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      int seen = 0;
      int begin = 0;
      long start = 0;
      while (seen < IMAGES) {
        assertThat(service.isAlive()).as(service.errors()).isTrue();
        seen += consumer.poll(Duration.ofMillis(20)).count();
        if (start == 0 && seen >= UNTIMED) {
          start = System.nanoTime();
          begin = seen;
        }
      }
      return (seen - begin) / ((System.nanoTime() - start) / 1e9);
    }
  }
}
