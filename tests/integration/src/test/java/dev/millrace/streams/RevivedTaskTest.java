package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.streams.internals.RecordForwarder;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A task of Kafka Streams gives up its work again and again, as a task does while an image store is
 * unavailable. Meanwhile, the task's topology commits, and the group rebalances. No record may be
 * skipped, and no stream thread may fail.
 */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class RevivedTaskTest {

  private static final int PARTITIONS = 2;
  private static final int RECORDS = 100;

  /** The first record of each partition that cannot be processed at first. */
  private static final long STUCK = 10;

  private static final int JOINS = 2;
  private static final String BARRIER = "barrier";

  /** What a {@link Scripted} task does on a record. */
  private static final byte NOTHING = 0;

  private static final byte FORWARDS_TOO_MUCH = 1;
  private static final byte GIVES_UP = 2;
  private static final byte BLOCKS = 3;
  private static final byte FORWARDS = 4;
  private static final byte LOSES_ITS_STATE = 5;

  private static final int TOO_LARGE = 2 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration HOLD = Duration.ofMillis(200);
  private static final Duration AWAY = Duration.ofSeconds(2);

  private final String topic = "revived-" + UUID.randomUUID();
  private final StreamsBuilder builder = new StreamsBuilder();
  private final Properties properties = new Properties();
  private final Set<String> processed = ConcurrentHashMap.newKeySet();

  /** The first offset at which each partition was given up. */
  private final Map<Integer, Long> givenUp = new ConcurrentHashMap<>();

  /** What a {@link Scripted} task did, and what it was told a second time. */
  private final Set<Byte> done = ConcurrentHashMap.newKeySet();

  private final Set<Byte> repeated = ConcurrentHashMap.newKeySet();
  private final CountDownLatch goOn = new CountDownLatch(1);

  private final Set<Throwable> failures = ConcurrentHashMap.newKeySet();
  private volatile boolean away = true;
  private Map<String, Object> kafka;

  @TempDir Path folder;

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

  private void send() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      send(partition);
    }
  }

  private void send(int partition) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        byte[] key = {(byte) i};
        var unused = producer.send(new ProducerRecord<>(topic, partition, key, new byte[1]));
      }
    }
  }

  @AfterEach
  void release() {
    away = false;
    goOn.countDown();
    assertThat(failures).isEmpty();
  }

  private KStream<byte[], byte[]> input() {
    return builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()));
  }

  private KafkaStreams start(String guarantee, String member) {
    configure(guarantee, member);
    return start(new KafkaStreams(builder.build(), properties, new PromptClients()));
  }

  private void configure(String guarantee, String member) {
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve(member).toString());
  }

  private KafkaStreams start(KafkaStreams streams) {
    streams.setUncaughtExceptionHandler(
        failure -> {
          failures.add(failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    return streams;
  }

  /** Otherwise, a member that joins again would wait until this member's session times out. */
  private static void leave(KafkaStreams streams) {
    streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
  }

  /** Gives up its work instead of processing a record, and commits often. */
  private class Stuck implements FixedKeyProcessor<byte[], byte[], byte[]> {

    private FixedKeyProcessorContext<byte[], byte[]> context;
    private RecordForwarder<byte[], byte[], byte[]> records;
    private Set<TopicPartition> held = Set.of();
    private long heldUntil;

    @Override
    public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
      context(context);
      context.schedule(
          Duration.ofMillis(10), PunctuationType.WALL_CLOCK_TIME, time -> context.commit());
    }

    final void context(FixedKeyProcessorContext<byte[], byte[]> context) {
      this.context = context;
      records = new RecordForwarder<>(context);
      HeldPartitions.ofThisThread().hold(held, () -> away && System.nanoTime() - heldUntil < 0);
    }

    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      int partition = context.taskId().partition();
      long offset = context.recordMetadata().orElseThrow().offset();
      if (away && offset >= STUCK) {
        givenUp.putIfAbsent(partition, offset);
        giveUp(partition, offset);
        return;
      }
      processed.add(partition + "-" + offset);
    }

    void giveUp(int partition, long offset) {
      throw away();
    }

    /** For a short time, the other tasks of the thread go on. */
    final RuntimeException away() {
      held = records.inputPartitions();
      heldUntil = System.nanoTime() + HOLD.toNanos();
      return records.giveUp(
          new IllegalStateException("away"), HeldPartitions.ofThisThread().areApplied());
    }

    @Override
    public void close() {
      HeldPartitions.ofThisThread().forget(held);
      records.close();
    }
  }

  /** Keeps records in flight, and gives up its work only when a commit waits for them. */
  private final class Late extends Stuck implements CommitBarrier.InFlight {

    private final TaskFailure failure = new TaskFailure();
    private final Set<String> inFlight = new HashSet<>();

    @Override
    public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
      context(context);
      failure.forget();
      context.<CommitBarrier>getStateStore(BARRIER).attach(this);
    }

    @Override
    void giveUp(int partition, long offset) {
      inFlight.add(partition + "-" + offset);
    }

    @Override
    public void drain() {
      failure.throwIfFailed();
      if (away && size() > 0) {
        throw failure.remember(away());
      }
      processed.addAll(inFlight);
      inFlight.clear();
    }

    @Override
    public int size() {
      return inFlight.size();
    }

    @Override
    public void close() {
      inFlight.clear();
      super.close();
    }
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
        case FORWARDS -> context.forward(record);
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

  private Set<Long> committed() throws InterruptedException {
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

  private void awaitGivenUp() {
    await().atMost(PATIENCE).until(() -> givenUp.size() == PARTITIONS);
  }

  /** Waits until every record was processed, although the store was away for a while. */
  private void awaitProcessed(Duration away) {
    await().atMost(PATIENCE).until(() -> !givenUp.isEmpty());
    await().pollDelay(away).atMost(PATIENCE).until(() -> true);
    this.away = false;
    await().atMost(PATIENCE).until(() -> processed.size() == PARTITIONS * RECORDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void whileATaskGivesUp_nothingBehindItsRecordsIsCommitted(String guarantee) throws Exception {
    input().processValues(Stuck::new);
    try (KafkaStreams streams = start(guarantee, "one")) {
      awaitGivenUp();
      await()
          .pollDelay(Duration.ZERO)
          .during(AWAY)
          .atMost(PATIENCE)
          .until(() -> committed().stream().allMatch(offset -> offset <= STUCK));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void whileATaskGivesUp_theGroupRebalances_andNoRecordIsSkipped(String guarantee)
      throws Exception {
    input().processValues(Stuck::new);
    try (KafkaStreams first = start(guarantee, "one")) {
      awaitGivenUp();
      for (int i = 0; i < JOINS; i++) {
        try (KafkaStreams second = start(guarantee, "two")) {
          await().atMost(PATIENCE).until(() -> second.state() == KafkaStreams.State.RUNNING);
          leave(second);
        }
      }
      awaitProcessed(Duration.ZERO);
    }
    assertThat(committed()).containsExactly((long) RECORDS);
  }

  /** Kafka Streams deletes the records of a repartition topic that it takes for committed. */
  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordsOfARepartitionTopic_areNotPurged_beforeTheyAreProcessed(String guarantee) {
    properties.put(StreamsConfig.REPARTITION_PURGE_INTERVAL_MS_CONFIG, 100);
    input()
        .repartition(
            Repartitioned.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withNumberOfPartitions(PARTITIONS))
        .processValues(Stuck::new);
    try (KafkaStreams streams = start(guarantee, "one")) {
      awaitProcessed(AWAY);
    }
  }

  /** No consumer of this class guards the tasks, so the thread joins its group again. */
  @ParameterizedTest
  @CsvSource({"at_least_once, streams", "exactly_once_v2, streams", "at_least_once, classic"})
  void withoutGuards_noRecordIsSkipped(String guarantee, String protocol) {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
    input().processValues(Stuck::new);
    configure(guarantee, "one");
    KafkaStreams unguarded =
        protocol.equals("streams")
            ? new KafkaStreams(builder.build(), properties, new PromptClients())
            : new KafkaStreams(builder.build(), properties);
    try (KafkaStreams streams = start(unguarded)) {
      awaitProcessed(AWAY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
  void recordsBeforeTheFirstCommit_areReadAgain_alsoWithLatest(String guarantee) {
    properties.put("auto.offset.reset", "latest");
    input().processValues(Stuck::new);
    try (KafkaStreams streams = start(guarantee, "one")) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                send();
                return givenUp.size() == PARTITIONS;
              });
      away = false;
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  givenUp.entrySet().stream()
                      .allMatch(
                          first -> processed.contains(first.getKey() + "-" + first.getValue())));
    }
  }

  /** The records arrive while another task of the thread waits. Both tasks give up. */
  @Test
  void recordsThatNoPollHasReturned_areNotSkipped_alsoWithLatest() {
    properties.put("auto.offset.reset", "latest");
    input()
        .processValues(
            () ->
                new Stuck() {
                  @Override
                  public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
                    context(context); // nothing commits before the task gives up
                  }

                  @Override
                  void giveUp(int partition, long offset) {
                    send(1);
                    away = false;
                    super.giveUp(partition, offset);
                  }
                });
    try (KafkaStreams streams = start("exactly_once_v2", "one")) {
      await()
          .pollDelay(Duration.ofSeconds(2)) // the consumer is at the ends of both partitions
          .atMost(PATIENCE)
          .until(
              () -> {
                if (away) {
                  send(0);
                }
                return processed.contains("1-" + RECORDS);
              });
    }
  }

  /** A revocation commits, and the commit waits for the records in flight. */
  @ParameterizedTest
  @CsvSource({
    "at_least_once, classic",
    "exactly_once_v2, classic",
    "at_least_once, streams",
    "exactly_once_v2, streams"
  })
  void taskThatGivesUpInARevocation_failsNoThread(String guarantee, String protocol) {
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
    input()
        .processValues(
            new FixedKeyProcessorSupplier<byte[], byte[], byte[]>() {
              @Override
              public FixedKeyProcessor<byte[], byte[], byte[]> get() {
                return new Late();
              }

              @Override
              public Set<StoreBuilder<?>> stores() {
                return Set.of(CommitBarrier.builder(BARRIER));
              }
            });
    try (KafkaStreams first = start(guarantee, "one")) {
      awaitGivenUp();
      try (KafkaStreams second = start(guarantee, "two")) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    second.metadataForLocalThreads().stream()
                        .anyMatch(thread -> !thread.activeTasks().isEmpty()));
        awaitProcessed(Duration.ZERO);
        leave(second);
      }
    }
  }

  /** While the group rebalances, Kafka Streams does not commit the thread's other tasks. */
  @ParameterizedTest
  @CsvSource({
    "at_least_once, " + FORWARDS_TOO_MUCH + ", " + GIVES_UP,
    "exactly_once_v2, " + FORWARDS + ", " + LOSES_ITS_STATE
  })
  void lostResultOfAnotherTask_isSentAgain_ifATaskIsRevivedInARebalance(
      String guarantee, byte forwards, byte revived) throws Exception {
    String output = topic + "-output";
    properties.put("main.consumer.heartbeat.interval.ms", 100);
    input()
        .processValues(Scripted::new)
        .to(output, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
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
