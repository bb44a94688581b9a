package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.streams.PromptClients;
import dev.millrace.tests.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests a {@link ShortPollConsumer} on a real broker. The consumer keeps fetched records back for
 * later polls, and for Kafka Streams, these records must look like records that were not read yet.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class ShortPollConsumerTest {

  private static final int RECORDS = 10;
  private static final int MOST = 3;

  /** More records than a thread that processes four records a second can process in a minute. */
  private static final int BACKLOG = 300;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final String topic = "short-polls-" + UUID.randomUUID();
  private final TopicPartition partition = new TopicPartition(topic, 0);
  private final Map<String, Object> config = new HashMap<>();
  private int most = MOST;
  private ShortPollConsumer consumer;

  @BeforeEach
  void start(EmbeddedBroker broker) throws Exception {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
    }
    config.putAll(kafka);
    send(partition, RECORDS);
    config.put("group.id", topic);
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
  }

  private void send(TopicPartition to, int records) {
    send(to, records, 1);
  }

  private void send(TopicPartition to, int records, int bytes) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", config.get("bootstrap.servers")),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        var unused =
            producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, new byte[bytes]));
      }
    }
  }

  @AfterEach
  void close() {
    consumer.close();
  }

  private void assign() {
    consumer.assign(Set.of(partition));
    consumer.seek(partition, 0);
  }

  /** Polls until a poll returns records, and returns their offsets. */
  private List<Long> poll() {
    List<Long> offsets = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (ConsumerRecord<byte[], byte[]> record :
                  consumer.poll(Duration.ofMillis(100)).records(partition)) {
                offsets.add(record.offset());
              }
              return !offsets.isEmpty();
            });
    return offsets;
  }

  @Test
  void keptRecords_wereNotReadYet() {
    assign();

    assertThat(poll()).containsExactly(0L, 1L, 2L);

    assertThat(consumer.position(partition)).isEqualTo(3);
    assertThat(consumer.position(partition, PATIENCE)).isEqualTo(3);
    assertThat(consumer.currentLag(partition)).isEqualTo(OptionalLong.of(RECORDS - 3));
    assertThat(poll()).containsExactly(3L, 4L, 5L);
    assertThat(poll()).containsExactly(6L, 7L, 8L);
    assertThat(poll()).containsExactly(9L);
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  @Test
  void afterASeek_theRecordsAreThoseOfItsPosition() {
    assign();

    poll();
    consumer.seek(partition, 1);
    assertThat(consumer.position(partition)).isEqualTo(1);
    assertThat(poll()).containsExactly(1L, 2L, 3L);

    consumer.seek(partition, new OffsetAndMetadata(0));
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.seekToBeginning(List.of());
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.seekToEnd(List.of(partition));
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** A task of Kafka Streams may still know the position before the seek. */
  @Test
  void offsetBeyondTheReturnedRecords_isNotCommitted() {
    assign();
    poll();
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3)));

    consumer.seek(partition, 1);
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(9)));
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(8)), PATIENCE);
    consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(7)), null);
    assertThat(committed()).isEqualTo(3);

    poll();
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(5)));
    assertThat(committed()).isEqualTo(3);
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(4)));
    assertThat(committed()).isEqualTo(4);
  }

  private long committed() {
    try (KafkaConsumer<byte[], byte[]> other =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return other.committed(Set.of(partition)).get(partition).offset();
    }
  }

  /** Kafka Streams asks for the committed offsets of a task's partitions when the task starts. */
  @Test
  void taskThatStarts_readsOnFromItsCommittedOffsets() {
    TopicPartition other = new TopicPartition(topic, 1);
    assign();
    poll();

    assertThat(consumer.committed(Set.of(partition, other))).containsEntry(partition, null);
    assertThat(consumer.position(partition)).isZero();
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(2)));
    consumer.committed(Set.of(partition), PATIENCE);
    assertThat(consumer.position(partition)).isEqualTo(2);
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /**
   * With {@code auto.offset.reset=latest}, Kafka Streams seeks to the end if it finds no offset.
   */
  @Test
  void recordsThatArriveBeforeTheFirstPoll_areNotSkipped_ifTheTaskStartsAgain() {
    consumer.assign(Set.of(partition));
    consumer.seekToEnd(Set.of(partition));
    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
    send(partition, 2);

    assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, null);
    consumer.seekToEnd(Set.of(partition));

    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** Kafka Streams then applies {@code auto.offset.reset}. */
  @Test
  void taskThatStartsForTheFirstTime_hasNoPosition() {
    consumer.assign(Set.of(partition));

    assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, null);
    consumer.seekToEnd(Set.of(partition));

    assertThat(consumer.position(partition)).isEqualTo(RECORDS);
  }

  /** Kafka's consumer wraps what a revocation throws while it prepares to join its group. */
  @Test
  void taskThatGivesUpBeforeAJoin_letsTheThreadJoinAgain() {
    consumer.close();
    config.put("partition.assignment.strategy", RangeAssignor.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    RuntimeException givenUp = new TaskCorruptedException(Set.of());
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (consumer.paused().isEmpty()) {
              return; // the test ends
            }
            throw givenUp;
          }
        });
    poll();
    consumer.pause(Set.of(partition));
    consumer.enforceRebalance();

    assertThatThrownBy(() -> consumer.poll(PATIENCE))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(givenUp);
  }

  @Test
  void keptRecordsBeforeATruncation_areReturned_andTheOthersAreReadAgain() {
    assign();
    poll();

    consumer.seekToTruncation(partition, new OffsetAndMetadata(8));

    assertThat(consumer.position(partition)).isEqualTo(3);
    List<Long> offsets = new ArrayList<>();
    while (offsets.size() < RECORDS - 3) {
      offsets.addAll(poll());
    }
    assertThat(offsets).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);

    consumer.seek(partition, 0);
    poll();
    consumer.seekToTruncation(partition, new OffsetAndMetadata(2));
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /** Asks for the committed offset of a partition while the consumer waits for a response. */
  public static final class Asking implements ConsumerInterceptor<byte[], byte[]> {

    private static Runnable ask = () -> {};

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      ask.run();
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      return records;
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
  }

  /**
   * While a task starts and asks for its committed offsets, the leader of the group may assign
   * tasks, and ask for the committed offsets of running tasks.
   */
  @Test
  void taskThatStarts_doesNotSeekInTheInputOfRunningTasks() {
    consumer.close();
    config.put("interceptor.classes", Asking.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    assign();
    poll();
    Set<TopicPartition> asked = new HashSet<>();
    Asking.ask = () -> asked.addAll(consumer.committed(Set.of(partition)).keySet());
    consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(2)), null);

    consumer.committed(Set.of(new TopicPartition(topic, 1)));

    Asking.ask = () -> {};
    assertThat(asked).containsExactly(partition);
    assertThat(consumer.position(partition)).isEqualTo(3);
  }

  /** Kafka Streams asks for offsets by time if a partition is reset by a duration. */
  @Test
  void questionForOffsets_doesNotSeekInTheInputOfRunningTasks() {
    consumer.close();
    config.put("interceptor.classes", Asking.class.getName());
    consumer = new ShortPollConsumer(config, () -> most);
    assign();
    poll();
    Set<TopicPartition> other = Set.of(new TopicPartition(topic, 1));
    Map<TopicPartition, Long> times = Map.of(new TopicPartition(topic, 1), 0L);
    List<Runnable> questions =
        List.of(
            () -> consumer.offsetsForTimes(times),
            () -> consumer.offsetsForTimes(times, PATIENCE),
            () -> consumer.beginningOffsets(other),
            () -> consumer.beginningOffsets(other, PATIENCE),
            () -> consumer.endOffsets(other),
            () -> consumer.endOffsets(other, PATIENCE));
    for (Runnable question : questions) {
      AtomicBoolean asked = new AtomicBoolean();
      Asking.ask =
          () -> {
            var unused = consumer.committed(Set.of(partition));
            asked.set(true);
          };
      consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(2)), null);

      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                question.run();
                return asked.get();
              });

      assertThat(consumer.position(partition)).isEqualTo(3);
    }
    Asking.ask = () -> {};
  }

  /** Like Kafka's consumer, although it is configured without {@code auto.offset.reset}. */
  @Test
  void positionOfAPartition_isKnown_althoughAnotherHasNoOffset() {
    try (Consumer<byte[], byte[]> prompt = new PromptClients().getConsumer(config)) {
      prompt.assign(List.of(partition, new TopicPartition(topic, 1)));
      prompt.seekToBeginning(List.of(partition));

      assertThat(prompt.position(partition)).isZero();
    }
  }

  /**
   * When a partition is revoked, Kafka Streams commits the offset up to which it has processed
   * records.
   */
  @Test
  void partitionThatIsGivenUp_isReadAgainFromItsCommittedOffset() {
    List<Long> positions = new ArrayList<>();
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            positions.add(consumer.position(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(2)));
          }
        });
    assertThat(poll()).containsExactly(0L, 1L, 2L);

    consumer.unsubscribe();
    assertThat(positions).containsExactly(3L);

    consumer.subscribe(Set.of(topic));
    assertThat(poll()).containsExactly(2L, 3L, 4L);
  }

  /** If the commit of a task fails in a rebalance, Kafka Streams pauses the task's partitions. */
  @Test
  void partitionThatIsPausedInARebalance_staysPaused() {
    most = 1;
    send(partition, BACKLOG);
    AtomicBoolean pausing = new AtomicBoolean();
    consumer.subscribe(
        Set.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (pausing.get()) {
              consumer.pause(Set.of(partition));
            }
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
        });
    assertThat(poll()).containsExactly(0L);
    pausing.set(true);
    consumer.enforceRebalance();

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20)) // the rebalance needs some polls, the backlog 300
        .until(
            () -> {
              // A pause by ShortPolls itself ends before the poll returns.
              var unused = consumer.poll(Duration.ZERO);
              return consumer.paused().contains(partition)
                  || consumer.position(partition) == RECORDS + BACKLOG;
            });

    assertThat(consumer.paused()).contains(partition);
  }

  /** While a rebalance is under way, a poll of a pattern subscription waits for metadata. */
  @Test
  void slowThreadWithABacklog_takesPartInARebalance_alsoWithAPattern() throws Exception {
    most = 1;
    send(partition, BACKLOG);
    send(new TopicPartition(topic, 1), BACKLOG);
    Pattern pattern = Pattern.compile(Pattern.quote(topic));
    Set<TopicPartition> given = ConcurrentHashMap.newKeySet();
    ConsumerRebalanceListener listener =
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            given.addAll(partitions);
          }
        };
    consumer.subscribe(pattern, listener);
    assertThat(poll()).hasSize(1);

    ExecutorService other = Executors.newSingleThreadExecutor();
    AtomicBoolean ended = new AtomicBoolean();
    Future<?> second =
        other.submit(
            () -> {
              try (KafkaConsumer<byte[], byte[]> fast =
                  new KafkaConsumer<>(
                      config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                fast.subscribe(pattern);
                while (!ended.get()) {
                  var unused = fast.poll(Duration.ofMillis(50));
                }
              }
            });
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(250)) // the time that the thread processes a record
          .until(
              () -> {
                var unused = consumer.poll(Duration.ofMillis(100));
                return !given.isEmpty();
              });
    } finally {
      ended.set(true);
      other.shutdown();
    }
    assertThat(given).hasSize(1);
    second.get();
  }

  /**
   * Kafka Streams commits the positions that a poll reports. The marker at the end of a transaction
   * moves the position of Kafka's consumer, while records before the marker are kept.
   */
  @Test
  void polledPosition_isNeverBehindKeptRecords() {
    TopicPartition other = new TopicPartition(topic, 1);
    Map<String, Object> transactional = new HashMap<>(config);
    transactional.keySet().retainAll(Set.of("bootstrap.servers"));
    transactional.put("transactional.id", topic);
    consumer.assign(Set.of(partition, other));
    consumer.seek(partition, RECORDS);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(transactional, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (TopicPartition to : List.of(partition, other)) {
        for (int i = 0; i < MOST; i++) {
          var unused =
              producer.send(new ProducerRecord<>(topic, to.partition(), null, new byte[1]));
        }
      }
      producer.flush();
      assertThat(consumer.poll(PATIENCE).count()).isEqualTo(MOST);
      producer.commitTransaction();
    }

    most = 1;
    Map<TopicPartition, Long> reported = new HashMap<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100)) // the consumer fetches meanwhile
        .until(
            () -> {
              consumer
                  .poll(Duration.ofMillis(100))
                  .nextOffsets()
                  .forEach((of, position) -> reported.put(of, position.offset()));
              reported.forEach(
                  (of, position) ->
                      assertThat(position).isLessThanOrEqualTo(consumer.position(of)));
              return reported.equals(consumer.endOffsets(List.of(partition, other)));
            });
  }

  /**
   * A consumer sends one fetch at a time to a broker, and the broker holds a fetch of partitions
   * without records. So a fetch that leaves out a busy partition would delay this partition.
   */
  @Test
  void busyPartition_doesNotWaitForPartitionsWithoutRecords() {
    most = Integer.MAX_VALUE;
    consumer.close();
    config.put("fetch.max.wait.ms", 4_000);
    consumer = new ShortPollConsumer(config, () -> most);
    int records = 60;
    send(partition, records, 100_000); // ten records in a fetch
    consumer.subscribe(Set.of(topic));
    poll();

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(150)) // the time that the thread processes the records
        .until(
            () -> {
              assertThat(consumer.poll(Duration.ofSeconds(2)).count()).isPositive();
              return consumer.position(partition) == RECORDS + records;
            });
  }
}
