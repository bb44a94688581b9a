package dev.millrace.streams;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams' usual clients, except that a stream thread does not sleep on answers it owes:
 *
 * <pre>{@code
 * new KafkaStreams(topology, properties, new PromptClients())
 * }</pre>
 *
 * <p>A stream thread that runs out of records waits for the next one inside its consumer, up to
 * {@code poll.ms}. An answer that comes meanwhile would wait with it, and a small {@code poll.ms}
 * keeps an idle thread busy for nothing. While an {@link ImageInference} on its thread has images
 * in flight, this consumer looks for records without waiting, waits for the answers in between, and
 * returns when one is there. A thread that owes nothing waits as Kafka Streams has it wait. While
 * records keep coming, answers leave in bursts, so that a short {@code linger.ms} makes few
 * requests: every 5 ms, and every 100 ms once the records that wait take that long.
 *
 * <p>A stream thread that fails and is replaced leaves its group, if its failure goes through
 * {@link #leavingGroup}. Kafka Streams means to do so, too (KAFKA-12738), and then has the thread
 * stay ({@code KafkaStreams.replaceStreamThread}): its partitions stand still for a session
 * timeout, 45 s by default.
 *
 * <p>Records that were deleted before they were read are told in a warning: Kafka's own consumer
 * passes over them as {@code auto.offset.reset} says, in silence.
 *
 * <p>It has no effect under {@code group.protocol=streams}, where Kafka Streams makes its consumer
 * itself: set a {@code poll.ms} of a few milliseconds there. Thread-safe.
 */
public final class PromptClients implements KafkaClientSupplier {

  private static final Logger log = LoggerFactory.getLogger(PromptClients.class);

  private final SkippedRecords skipped;

  /** Whether this thread, a stream thread, has failed. */
  private final ThreadLocal<Boolean> failed = ThreadLocal.withInitial(() -> false);

  /** Whether all threads are about to end, because one of them failed. */
  private volatile boolean ending;

  private final Set<PromptConsumer> consumers = ConcurrentHashMap.newKeySet();

  public PromptClients() {
    this(Map.of());
  }

  /**
   * Clients that do not read some records, which need more memory than there is: each becomes a
   * dead letter without a value. Needs a consumer's {@code max.poll.records} of 1.
   *
   * @param skipped the offset of one record in each partition that has one
   */
  public PromptClients(Map<TopicPartition, Long> skipped) {
    this.skipped = new SkippedRecords(skipped, Clock.systemUTC());
  }

  /**
   * The same handler, for {@code KafkaStreams.setUncaughtExceptionHandler}: a thread that failed,
   * and each thread of a client that ends for it, leaves its group when its consumer closes, so
   * that others take over its partitions at once.
   */
  public StreamsUncaughtExceptionHandler leavingGroup(StreamsUncaughtExceptionHandler handler) {
    return failure -> {
      if (failure instanceof WakeupException || failure.getCause() instanceof WakeupException) {
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT; // as it was told to
      }
      StreamThreadExceptionResponse response = handler.handle(failure);
      failed.set(true);
      if (response != StreamThreadExceptionResponse.REPLACE_THREAD) {
        ending = true;
      }
      return response;
    };
  }

  /**
   * Ends the stream threads that wait in their consumers, and has them leave the group. For a
   * client that was closed and does not end: a consumer whose group gives it partitions of topics
   * that it did not subscribe to joins again and again, and never returns to its thread.
   */
  public void endPolls() {
    ending = true;
    consumers.forEach(PromptConsumer::wakeup);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    PromptConsumer consumer = new PromptConsumer(config, System::nanoTime);
    consumers.add(consumer);
    return consumer;
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return usual(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return usual(config);
  }

  private static Consumer<byte[], byte[]> usual(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private final class PromptConsumer extends KafkaConsumer<byte[], byte[]> {

    private final Map<String, Object> config;
    private final PromptPoll prompt;

    PromptConsumer(Map<String, Object> config, LongSupplier nanoTime) {
      super(
          LostRecords.reset(config).isPresent() ? LostRecords.withoutReset(config) : config,
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer());
      this.config = config;
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll =
          timeout -> skipped.poll(this, super::poll, timeout);
      prompt =
          new PromptPoll(
              LostRecords.reset(config)
                  .map(reset -> new LostRecords(reset, this, log::warn))
                  .map(lost -> lost.around(poll))
                  .orElse(poll),
              this::currentLag,
              OwedAnswers::ofThisThread,
              nanoTime);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      try {
        return prompt.poll(timeout);
      } catch (OutOfMemoryError e) {
        throw OversizedRecord.find(config, this, mostRecords(), e, PromptClients::usual);
      }
    }

    private int mostRecords() {
      Object records = config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
      return records == null
          ? ConsumerConfig.DEFAULT_MAX_POLL_RECORDS
          : Integer.parseInt(records.toString());
    }

    @Override
    public void close(CloseOptions options) {
      consumers.remove(this);
      super.close(
          failed.get() || ending
              ? CloseOptions.groupMembershipOperation(
                  CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
              : options);
    }
  }
}
