package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.streams.sending.RefusedSends;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The output topic goes away while results of several tasks are being sent, and comes back after
 * {@code delivery.timeout.ms}.
 */
class ExpiredSendsTest extends GivenUpTasks {

  private static final int LINGER = 1_000;
  private static final int REQUEST_TIMEOUT = 500;
  private static final int DELIVERY_TIMEOUT = 2_000;

  private final String output = topic + "-output";

  /** How often each record was processed, by its answer. */
  private final Map<String, Integer> processed = new ConcurrentHashMap<>();

  /** Answers a record with its partition and its offset. */
  private final class Answering extends ContextualFixedKeyProcessor<byte[], byte[], byte[]> {
    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      String answer =
          context().taskId().partition() + "-" + context().recordMetadata().orElseThrow().offset();
      processed.merge(answer, 1, Integer::sum);
      context().forward(record.withValue(answer.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** The sends of both tasks are in one batch, and expire together. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void resultsOfSeveralTasks_thatWereNotSent_areSentAgain(String guarantee) throws Exception {
    properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusedSends.class);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 2 * LINGER);
    properties.put(StreamsConfig.producerPrefix("linger.ms"), LINGER);
    properties.put(StreamsConfig.producerPrefix("max.block.ms"), REQUEST_TIMEOUT);
    properties.put(StreamsConfig.producerPrefix("request.timeout.ms"), REQUEST_TIMEOUT);
    properties.put(StreamsConfig.producerPrefix("delivery.timeout.ms"), DELIVERY_TIMEOUT);
    input()
        .processValues(Answering::new)
        .to(output, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    try (Admin admin = Admin.create(kafka)) {
      create(admin);
      try (KafkaStreams streams = start(guarantee, "one")) {
        await().atMost(PATIENCE).until(() -> committed().equals(Set.of((long) RECORDS)));
        admin.deleteTopics(List.of(output)).all().get();
        send();
        await()
            .atMost(PATIENCE)
            .until(() -> processed.values().stream().anyMatch(times -> times > 1));

        await().atMost(PATIENCE).until(() -> create(admin));
        Set<String> expected =
            IntStream.range(0, PARTITIONS * RECORDS)
                .mapToObj(i -> i / RECORDS + "-" + (RECORDS + i % RECORDS))
                .collect(Collectors.toSet());
        List<String> answers = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> reader = reader()) {
          await()
              .atMost(PATIENCE)
              .until(
                  () -> {
                    answers.addAll(poll(reader));
                    return answers.containsAll(expected);
                  });
        }
        if (guarantee.equals(StreamsConfig.EXACTLY_ONCE_V2)) {
          assertThat(answers).doesNotHaveDuplicates();
        }
      }
    }
  }

  /** Returns false if the broker has not deleted the old topic yet. */
  private boolean create(Admin admin) throws Exception {
    try {
      admin.createTopics(List.of(new NewTopic(output, 1, (short) 1))).all().get();
      return true;
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(TopicExistsException.class);
      return false;
    }
  }

  private KafkaConsumer<byte[], byte[]> reader() {
    Map<String, Object> config = new ConcurrentHashMap<>(kafka);
    config.put("isolation.level", "read_committed");
    KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(output, 0);
    reader.assign(List.of(partition));
    reader.seekToBeginning(List.of(partition));
    return reader;
  }

  private static List<String> poll(KafkaConsumer<byte[], byte[]> reader) {
    List<String> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
      answers.add(new String(record.value(), StandardCharsets.UTF_8));
    }
    return answers;
  }
}
