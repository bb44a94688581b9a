package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.RunningBroker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests where a new group starts, and which lost records a group with offsets reports. */
@Tag("broker")
class GroupStartTest {

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final long NOW = System.currentTimeMillis();

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  private final List<String> warnings = new ArrayList<>();
  private String group;
  private Topics topics;
  private TopicPartition first;
  private TopicPartition second;

  /** Sends four records to the first partition, one second apart, and none to the second. */
  @BeforeEach
  void sendFour() throws Exception {
    group = "start-" + COUNT.incrementAndGet();
    topics = Topics.of(group + "-in", group + "-out");
    BROKER.createTopic(topics.input(), Map.of());
    first = new TopicPartition(topics.input(), 0);
    second = new TopicPartition(topics.input(), 1);
    try (Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", BROKER.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < 4; i++) {
        producer
            .send(new ProducerRecord<>(topics.input(), 0, NOW - 4_000 + i * 1_000L, "key", "value"))
            .get();
      }
    }
  }

  private String begin(String from) {
    return new GroupStart(BROKER.admin(), group, topics, warnings::add)
        .begin(from == null ? null : From.parse(from), "earliest");
  }

  private Map<TopicPartition, Long> committed() throws Exception {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    BROKER
        .admin()
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  private void commit(long offset) throws ExecutionException, InterruptedException {
    BROKER
        .admin()
        .alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(offset)))
        .all()
        .get();
  }

  @ParameterizedTest
  @CsvSource({"earliest,0", "latest,4", "-2500,2", "60000,4", "-60000,0"})
  void newGroup_beginsWhereItIsTold(String where, long offset) throws Exception {
    String from = where.matches("-?\\d+") ? Long.toString(NOW + Long.parseLong(where)) : where;

    assertThat(begin(from)).isEqualTo("new group " + group + " from " + from);

    assertThat(committed()).isEqualTo(Map.of(first, offset, second, 0L));
    assertThat(warnings).isEmpty();
  }

  @Test
  void pattern_coversItsTopics() throws Exception {
    topics = new Topics(List.of(), group + "-i.", "out", "dead");

    begin("latest");

    assertThat(committed()).isEqualTo(Map.of(first, 4L, second, 0L));
  }

  @Test
  void newGroup_withoutAWord_isLeftToKafka() throws Exception {
    assertThat(begin(null)).isEqualTo("new group " + group + " from earliest");

    assertThat(committed()).isEmpty();
  }

  @Test
  void groupWithOffsets_goesOn_whateverItIsTold() throws Exception {
    commit(3);

    assertThat(begin("latest")).isEqualTo("group " + group + " from its committed offsets");

    assertThat(committed()).isEqualTo(Map.of(first, 3L));
    assertThat(warnings).isEmpty();
  }

  @Test
  void recordsDeletedBeforeTheyWereRead_areToldWithTheirNumber() throws Exception {
    commit(1);
    BROKER.admin().deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(3))).all().get();

    begin(null);

    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("partition " + first + " has lost 2 records that group " + group)
        .contains("is at offset 1", "is left is at 3");
  }

  @Test
  void offsetBeyondTheEnd_isTold() throws Exception {
    commit(9);

    begin(null);

    assertThat(warnings).singleElement().asString().contains("ends at offset 4, before offset 9");
  }
}
