package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.BrokerConfig;
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
import java.util.function.Function;
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
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Measures the time from the start of the {@code serve} command to the first prediction, while no
 * other process except the broker runs. Runs only with the profile {@code nightly}, because the
 * time limit assumes that the machine has no other load:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=speed -Dquick verify
 * </pre>
 *
 * <p>To compare with an older build, copy its folder {@code topology/service/target/millrace}, and
 * name the copy in the system property {@code millrace.coldstart.base}.
 */
@Tag("nightly")
@Tag("speed")
@Timeout(900)
@ExtendWith(SharedBroker.class)
class ColdStartSuite {

  private static final Duration TARGET = Duration.ofSeconds(5);
  private static final int RUNS = 3;

  /** Number of starts of each distribution that {@link #compared} compares. */
  private static final int COMPARED_RUNS = 11;

  /** System property with the folder of an older distribution. */
  private static final String BASE = "millrace.coldstart.base";

  /** A start: the time and the processor time until the first prediction. */
  private record Start(Duration wall, Duration processor) {}

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
      times.add(start(null, broker.bootstrapServers(), model, "cold-" + run).wall());
    }

    System.out.println("cold start to the first prediction: " + times);
    assertThat(Collections.min(times)).isLessThan(TARGET);
  }

  /**
   * Prints the medians of this build and of an older distribution, whose starts alternate. The
   * broker lets a new group wait for further members for 0 s, or for Kafka's default of 3 s.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 3000})
  @EnabledIfSystemProperty(named = BASE, matches = ".+")
  void compared(int rebalanceDelayMs) throws Exception {
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    Path base = Path.of(System.getProperty(BASE)).toAbsolutePath();
    // The first run of a launcher prepares the archive of classes.
    assertThat(MillraceProcess.run(folder, "--version").exitCode()).isZero();
    try (MillraceProcess version = MillraceProcess.startOf(base, folder, "", "--version")) {
      assertThat(version.await(Duration.ofMinutes(3))).isZero();
    }
    BrokerConfig config =
        new BrokerConfig(
            folder.resolve("broker"),
            BrokerConfig.DEFAULT_HOST,
            0,
            Map.of("group.initial.rebalance.delay.ms", Integer.toString(rebalanceDelayMs)));
    List<Start> before = new ArrayList<>();
    List<Start> now = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(config)) {
      for (int run = 0; run < COMPARED_RUNS; run++) {
        before.add(start(base, broker.bootstrapServers(), model, "before-" + run));
        now.add(start(null, broker.bootstrapServers(), model, "now-" + run));
      }
    }
    System.out.println("group.initial.rebalance.delay.ms = " + rebalanceDelayMs);
    System.out.println("before: " + medians(before));
    System.out.println("now:    " + medians(now));
  }

  private static String medians(List<Start> starts) {
    return "median wall "
        + median(starts, Start::wall)
        + " ms, median processor time "
        + median(starts, Start::processor)
        + " ms";
  }

  private static long median(List<Start> starts, Function<Start, Duration> value) {
    return starts.stream()
        .map(value)
        .sorted()
        .skip(starts.size() / 2)
        .findFirst()
        .orElseThrow()
        .toMillis();
  }

  private static Duration processor(MillraceProcess process) {
    return ProcessHandle.of(process.pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  /** Starts {@code serve} of a distribution, or of this build if the distribution is null. */
  private Start start(Path distribution, String at, ModelVersion model, String input)
      throws Exception {
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
      Object[] command = {
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
        input
      };
      try (MillraceProcess serve =
          distribution == null
              ? MillraceProcess.start(folder, "", command)
              : MillraceProcess.startOf(distribution, folder, "", command)) {
        while (serve.isAlive()) {
          ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(50));
          if (!records.isEmpty()) {
            Duration wall = Duration.ofNanos(System.nanoTime() - start);
            return new Start(wall, processor(serve));
          }
        }
        throw new AssertionError("serve ended: " + serve.errors());
      }
    }
  }
}
