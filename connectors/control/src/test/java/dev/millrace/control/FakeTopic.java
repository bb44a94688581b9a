package dev.millrace.control;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The control topic without a broker, used through Kafka's mock clients. As on a broker, a
 * consumer's isolation level decides which records it sees and where the topic ends. A producer
 * fences the earlier producer with the same transactional id. Not thread-safe.
 */
final class FakeTopic implements KafkaClients {

  private enum State {
    COMMITTED,
    ABORTED,
    OPEN
  }

  private record Entry(ConsumerRecord<byte[], byte[]> record, State state) {}

  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, FencedProducer> producers = new HashMap<>();
  private boolean there = true;
  private boolean forbidden;
  private long beyond;

  /** The operations that the clients have called, in order. */
  final List<String> calls = new ArrayList<>();

  /** Configurations of the clients that were opened. */
  final List<Map<String, Object>> consumerConfigs = new ArrayList<>();

  final List<Map<String, Object>> producerConfigs = new ArrayList<>();

  /** All clients that were opened. */
  final List<FakeConsumer> consumers = new ArrayList<>();

  final List<FencedProducer> allProducers = new ArrayList<>();

  /** Runs before a producer fences earlier producers. */
  Runnable beforeFencing = () -> {};

  /** The exception that each commit throws, or null. */
  RuntimeException commitFailure;

  /** The error with which each send completes, or null. */
  RuntimeException sendFailure;

  /** True to leave each send incomplete. */
  boolean neverCompletes;

  void remove() {
    there = false;
  }

  /**
   * Takes away the right to see the topic. Like a broker, the fake then does not list the topic,
   * and refuses to describe it.
   */
  void forbid() {
    forbidden = true;
  }

  void committed(String model, String value) {
    add(model, value, State.COMMITTED);
  }

  void aborted(String model, String value) {
    add(model, value, State.ABORTED);
  }

  void open(String model, String value) {
    add(model, value, State.OPEN);
  }

  /** Commits the open transactions. */
  void commitOpen() {
    end(State.COMMITTED);
  }

  void abortOpen() {
    end(State.ABORTED);
  }

  private void end(State state) {
    entries.replaceAll(
        entry -> entry.state() == State.OPEN ? new Entry(entry.record(), state) : entry);
  }

  /**
   * Sets the end of the topic to {@code records} offsets after the last record that a poll returns.
   */
  void endsBeyond(long records) {
    beyond = records;
  }

  private void add(String model, String value, State state) {
    add(
        ControlTopic.key(model),
        value == null ? null : value.getBytes(StandardCharsets.UTF_8),
        state);
  }

  private void add(byte[] key, byte[] value, State state) {
    entries.add(
        new Entry(new ConsumerRecord<>(ControlTopic.NAME, 0, entries.size(), key, value), state));
  }

  /** The values that read_committed consumers see, oldest first. */
  List<String> values() {
    return entries.stream()
        .filter(entry -> entry.state() == State.COMMITTED)
        .map(entry -> new String(entry.record().value(), StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    consumerConfigs.add(config);
    FakeConsumer consumer =
        new FakeConsumer("read_committed".equals(config.get("isolation.level")));
    consumers.add(consumer);
    return consumer;
  }

  @Override
  public Producer<byte[], byte[]> producer(Map<String, Object> config) {
    producerConfigs.add(config);
    FencedProducer producer = new FencedProducer((String) config.get("transactional.id"));
    allProducers.add(producer);
    return producer;
  }

  /** Reads the records that the topic holds when the consumer polls. */
  final class FakeConsumer extends MockConsumer<byte[], byte[]> {

    private final boolean committedOnly;
    private int delivered;

    FakeConsumer(boolean committedOnly) {
      super("earliest");
      this.committedOnly = committedOnly;
      if (there) {
        updatePartitions(
            ControlTopic.NAME, List.of(new PartitionInfo(ControlTopic.NAME, 0, null, null, null)));
      }
      updateBeginningOffsets(Map.of(ControlTopic.PARTITION, 0L));
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions) {
      calls.add("read");
      updateEndOffsets(Map.of(ControlTopic.PARTITION, end() + beyond));
      return super.endOffsets(partitions);
    }

    @Override
    public synchronized Map<String, List<PartitionInfo>> listTopics() {
      return forbidden ? Map.of() : super.listTopics();
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic) {
      if (forbidden) {
        throw new TopicAuthorizationException(topic);
      }
      return super.partitionsFor(topic);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      deliver();
      return super.poll(timeout);
    }

    /** Adds the records that the topic got since the last call, so that a poll returns them. */
    void deliver() {
      int end = end();
      for (; delivered < end; delivered++) {
        Entry entry = entries.get(delivered);
        if (!committedOnly || entry.state() == State.COMMITTED) {
          addRecord(entry.record());
        }
      }
    }

    private int end() {
      for (int i = 0; committedOnly && i < entries.size(); i++) {
        if (entries.get(i).state() == State.OPEN) {
          return i;
        }
      }
      return entries.size();
    }

    /**
     * Skips aborted records, as a real consumer does. The mock consumer does not skip them by
     * itself.
     */
    @Override
    public synchronized long position(TopicPartition partition) {
      long position = super.position(partition);
      while (committedOnly
          && position < delivered
          && entries.get((int) position).state() == State.ABORTED) {
        position++;
      }
      return position;
    }
  }

  /** A producer that adds its records to the topic when it commits. */
  final class FencedProducer extends MockProducer<byte[], byte[]> {

    private final String id;

    FencedProducer(String id) {
      super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
      this.id = id;
    }

    @Override
    public void initTransactions() {
      beforeFencing.run();
      calls.add("fence");
      super.initTransactions();
      FencedProducer earlier = producers.put(id, this);
      if (earlier != null && !earlier.closed()) {
        earlier.fenceProducer();
      }
    }

    @Override
    public void commitTransaction() {
      List<ProducerRecord<byte[], byte[]>> records = uncommittedRecords();
      if (commitFailure != null) {
        throw commitFailure;
      }
      super.commitTransaction();
      calls.add("commit");
      for (ProducerRecord<byte[], byte[]> record : records) {
        add(record.key(), record.value(), State.COMMITTED);
      }
    }

    @Override
    public synchronized void flush() {
      boolean more = !neverCompletes;
      while (more) {
        more = sendFailure == null ? completeNext() : errorNext(sendFailure);
      }
    }
  }

  /** Whether every client that was opened is closed. */
  boolean allClosed() {
    return consumers.stream().allMatch(MockConsumer::closed)
        && allProducers.stream().allMatch(MockProducer::closed);
  }
}
