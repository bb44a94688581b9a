package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends 617 images that are hard to decode through a service with a heap of 512 MiB. Sends all
 * images several times, in rounds. In each round, each image must get exactly one answer: the
 * answer that {@code corpus-outcomes.tsv} lists. The time between two answers must not exceed one
 * minute.
 */
final class Corpus {

  private static final int PARTITIONS = 4;

  /**
   * Makes the whole heap resident from the start, so that any later growth of resident memory is
   * native memory.
   */
  private static final String HEAP = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch";

  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration BETWEEN_ANSWERS = Duration.ofMinutes(1);

  private static final String INPUT = "corpus";
  private static final String OUTPUT = "corpus-predictions";
  private static final String DEAD_LETTERS = "corpus.dead-letters";

  private Corpus() {}

  /**
   * Resident memory of the service, in MiB.
   *
   * @param afterRounds resident memory at the end of each round
   * @param peak largest resident memory at any moment
   */
  record Memory(List<Long> afterRounds, long peak) {}

  /**
   * Starts a service, and sends the corpus through it.
   *
   * @param rounds number of rounds
   * @param folder folder for the model and the service's output
   */
  static Memory run(int rounds, Path folder, EmbeddedBroker broker) throws Exception {
    Map<String, byte[]> corpus = SharedData.untar("robustness/robustness.tar");
    Map<String, String> outcomes = outcomes();
    assertThat(corpus).hasSize(617).containsOnlyKeys(outcomes.keySet());
    ModelVersion model = Models.publishRandom(folder.resolve("models"), "random");
    try (MillraceProcess service = serve(folder, broker, model);
        KafkaConsumer<String, byte[]> answers = answers(broker)) {
      List<Long> residentMib = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        send(broker, corpus);
        assertThat(receive(answers, corpus.size(), service))
            .as("round %d", round)
            .containsExactlyInAnyOrderEntriesOf(outcomes);
        residentMib.add(new ProcessMemory(service.pid()).resident() >> 20);
      }
      long peakMib = new ProcessMemory(service.pid()).peakResident() >> 20;
      service.terminate();
      assertThat(service.await(START)).as(service.errors()).isEqualTo(143);
      assertThat(receiveRest(answers)).isEmpty();
      System.out.println(
          "resident MiB after each round of the corpus: " + residentMib + ", peak " + peakMib);
      return new Memory(residentMib, peakMib);
    }
  }

  private static MillraceProcess serve(Path folder, EmbeddedBroker broker, ModelVersion model)
      throws Exception {
    MillraceProcess service =
        MillraceProcess.start(
            folder,
            HEAP,
            "serve",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            model.folder().getParent().getParent(),
            "--model",
            model.name(),
            "--application-id",
            INPUT,
            "--input",
            INPUT,
            "--output",
            OUTPUT,
            "--create-topics",
            PARTITIONS);
    try {
      service.awaitLine("ready.*", START);
      return service;
    } catch (Exception | AssertionError e) {
      service.close();
      throw e;
    }
  }

  private static void send(EmbeddedBroker broker, Map<String, byte[]> corpus) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      corpus.forEach(
          (name, file) -> sent.add(producer.send(new ProducerRecord<>(INPUT, name, file))));
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  /**
   * Returns a consumer that reads all predictions and dead letters, from the beginning of their
   * topics.
   */
  private static KafkaConsumer<String, byte[]> answers(EmbeddedBroker broker) {
    KafkaConsumer<String, byte[]> answers =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        Stream.of(OUTPUT, DEAD_LETTERS)
            .flatMap(topic -> answers.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    answers.assign(partitions);
    answers.seekToBeginning(partitions);
    return answers;
  }

  /**
   * Reads the next {@code count} answers, and returns their outcomes. The keys are the names of the
   * images' files. Fails if no answer comes for a minute.
   */
  private static Map<String, String> receive(
      KafkaConsumer<String, byte[]> answers, int count, MillraceProcess service)
      throws IOException {
    Map<String, String> received = new TreeMap<>();
    int records = 0;
    long latest = System.nanoTime();
    while (records < count) {
      for (ConsumerRecord<String, byte[]> answer : answers.poll(Duration.ofMillis(100))) {
        assertThat(received.put(answer.key(), outcome(answer)))
            .as("an earlier answer to %s", answer.key())
            .isNull();
        records++;
        latest = System.nanoTime();
      }
      assertThat(service.isAlive()).as(service.errors()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - latest))
          .as("time without an answer, after %d of %d", records, count)
          .isLessThan(BETWEEN_ANSWERS);
    }
    return received;
  }

  /**
   * Returns all answers that come after the last round. Call this method only after the service has
   * ended.
   */
  private static List<String> receiveRest(KafkaConsumer<String, byte[]> answers) {
    Map<TopicPartition, Long> ends = answers.endOffsets(answers.assignment());
    List<String> rest = new ArrayList<>();
    while (ends.entrySet().stream()
        .anyMatch(end -> answers.position(end.getKey()) < end.getValue())) {
      answers.poll(Duration.ofMillis(100)).forEach(answer -> rest.add(answer.key()));
    }
    return rest;
  }

  /** Returns the text {@code prediction} for a prediction, and the reason for a dead letter. */
  private static String outcome(ConsumerRecord<String, byte[]> answer) {
    return answer.topic().equals(OUTPUT)
        ? "prediction"
        : new String(
            answer.headers().lastHeader("__streams.errors.message").value(),
            StandardCharsets.UTF_8);
  }

  /** Reads the expected outcome of each file. */
  private static Map<String, String> outcomes() throws IOException {
    try (InputStream in = Corpus.class.getResourceAsStream("corpus-outcomes.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", -1))
          .collect(Collectors.toMap(columns -> columns[0], columns -> columns[1]));
    }
  }
}
