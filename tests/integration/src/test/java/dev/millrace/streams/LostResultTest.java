package dev.millrace.streams;

import static org.awaitility.Awaitility.await;

import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.internals.RecordForwarder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A task of Kafka Streams gives up its work, or loses its state, while a result of another task of
 * its thread was sent, but is lost. That task must send its result again.
 */
class LostResultTest extends GivenUpTasks {

  /** What a {@link Scripted} task does on a record. */
  private static final byte NOTHING = 0;

  private static final byte FORWARDS_TOO_MUCH = 1;
  private static final byte GIVES_UP = 2;
  private static final byte BLOCKS = 3;
  private static final byte FORWARDS = 4;
  private static final byte LOSES_ITS_STATE = 5;
  private static final byte FORWARDS_IN_VAIN = 6;

  private static final int TOO_LARGE = 2 << 20;

  private static final Duration HOLD = Duration.ofMillis(200);

  /** What a {@link Scripted} task did, and what it was told a second time. */
  private final Set<Byte> done = ConcurrentHashMap.newKeySet();

  private final Set<Byte> repeated = ConcurrentHashMap.newKeySet();
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void release() {
    goOn.countDown();
  }

  /** Does what the value of a record says, once. */
  private final class Scripted implements FixedKeyProcessor<byte[], byte[], byte[]> {

    private FixedKeyProcessorContext<byte[], byte[]> context;
    private RecordForwarder<byte[], byte[], byte[]> records;

    @Override
    public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
      this.context = context;
      records = new RecordForwarder<>(context);
    }

    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      byte what = record.value()[0];
      if (what != NOTHING && !done.add(what)) {
        repeated.add(what);
        return;
      }
      switch (what) {
        case FORWARDS_TOO_MUCH -> context.forward(record.withValue(new byte[TOO_LARGE]));
        case GIVES_UP ->
            throw records.giveUp(
                new IllegalStateException("away"), HeldPartitions.ofThisThread().areApplied());
        case LOSES_ITS_STATE -> throw new TaskCorruptedException(Set.of(context.taskId()));
        case FORWARDS, FORWARDS_IN_VAIN -> context.forward(record);
        case BLOCKS -> await().atMost(PATIENCE).until(() -> goOn.getCount() == 0);
        default -> {}
      }
    }

    @Override
    public void close() {
      records.close();
    }
  }

  private static List<TopicPartition> inputs(KafkaStreams streams) {
    return streams.metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .flatMap(task -> task.topicPartitions().stream())
        .toList();
  }

  /** Sends a record that a {@link Scripted} task obeys, and waits until the task does so. */
  private void tell(TopicPartition to, byte what) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      var unused =
          producer.send(
              new ProducerRecord<>(to.topic(), to.partition(), new byte[1], new byte[] {what}));
    }
    await().atMost(PATIENCE).until(() -> done.contains(what));
  }

  /** While the group rebalances, Kafka Streams does not commit the thread's other tasks. */
  @ParameterizedTest
  @CsvSource({
    "at_least_once, " + FORWARDS_TOO_MUCH + ", " + GIVES_UP,
    "at_least_once, " + FORWARDS_IN_VAIN + ", " + LOSES_ITS_STATE,
    "exactly_once_v2, " + FORWARDS + ", " + LOSES_ITS_STATE
  })
  void lostResultOfAnotherTask_isSentAgain_ifATaskIsRevivedInARebalance(
      String guarantee, byte forwards, byte revived) throws Exception {
    String output = topic + "-output";
    properties.put("main.consumer.heartbeat.interval.ms", 100);
    properties.put("producer.max.block.ms", 2_000);
    input()
        .processValues(Scripted::new)
        .to(
            (key, value, context) -> value[0] == FORWARDS_IN_VAIN ? topic + "-missing" : output,
            Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    try (Admin admin = Admin.create(kafka)) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2 * PARTITIONS))).all().get();
      admin.createTopics(List.of(new NewTopic(output, 1, (short) 1))).all().get();
      try (KafkaStreams first = start(guarantee, "one");
          KafkaStreams second = start(guarantee, "two")) {
        await()
            .atMost(PATIENCE)
            .until(() -> inputs(first).size() == 2 && inputs(second).size() == 2);
        tell(inputs(second).get(0), BLOCKS);
        try (KafkaStreams third = start(guarantee, "three")) {
          await().atMost(PATIENCE).until(() -> isRebalancing(admin));
          await().pollDelay(HOLD).until(() -> true); // the first member waits for the second one
          tell(inputs(first).get(0), forwards);
          tell(inputs(first).get(1), revived);
          goOn.countDown();
          await().atMost(PATIENCE).until(() -> repeated.contains(forwards));
          leave(third);
        }
        leave(second);
      }
    }
  }

  private boolean isRebalancing(Admin admin) throws Exception {
    ConsumerGroupDescription group =
        admin.describeConsumerGroups(List.of(topic)).all().get().get(topic);
    return group.groupState() == GroupState.PREPARING_REBALANCE;
  }
}
