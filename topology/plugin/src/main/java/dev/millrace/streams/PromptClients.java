package dev.millrace.streams;

import dev.millrace.streams.clients.CommittedOffsets;
import dev.millrace.streams.clients.HeldPartitions;
import dev.millrace.streams.clients.LostRecords;
import dev.millrace.streams.clients.OwedAnswers;
import dev.millrace.streams.clients.PromptAdmin;
import dev.millrace.streams.clients.PromptPoll;
import dev.millrace.streams.clients.PromptProducer;
import dev.millrace.streams.clients.ShortPollConsumer;
import dev.millrace.streams.clients.SkippedRecords;
import dev.millrace.streams.internals.KafkaStreamsVersion;
import dev.millrace.streams.internals.TaskRevival;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams' usual clients, except that a consumer's poll returns as soon as its stream thread
 * can forward an answer:
 *
 * <pre>{@code
 * new KafkaStreams(topology, properties, new PromptClients())
 * }</pre>
 *
 * <p>A stream thread without records waits for them inside its consumer, up to {@code poll.ms}. An
 * answer that completes meanwhile would wait until the consumer returns. A small {@code poll.ms}
 * would shorten this wait, but would keep an idle thread busy for nothing. So while an {@link
 * ImageInference} on the consumer's thread has images in flight, this consumer polls for records
 * once a millisecond. Between two polls it waits for answers, and it returns when an answer is
 * complete. If the thread has no images in flight, the consumer waits for records as usual.
 *
 * <p>While records keep arriving, answers are forwarded in bursts, so that the producer sends few
 * requests although its {@code linger.ms} is short. A burst is forwarded every 5 ms, or every 100
 * ms if processing the waiting records takes 100 ms or longer.
 *
 * <p>A poll returns as many records as the thread can process in about 0.2 s, and the next polls
 * return the others. A thread takes part in a rebalance only when it polls. So a thread with a slow
 * model does not delay the rebalance.
 *
 * <p>While an image cannot be fetched (see {@link InferenceBuilder#fetcher}), the partitions of its
 * task are paused, and the thread's other tasks go on. No offset is committed beyond the records
 * that polls have returned, and a task that starts reads on from its committed offsets. No record
 * of a repartition topic is deleted before its offset is committed. No commit includes the offsets
 * of records whose results were aborted. Kafka Streams alone does not ensure this after a task has
 * given up its work.
 *
 * <p>If a record cannot be sent within {@code delivery.timeout.ms}, the stream thread closes all of
 * its tasks, joins its group again, and processes its records since the last commit again. Kafka
 * Streams alone processes only one task's records again, and loses the results of the thread's
 * other tasks. So the {@code production.exception.handler} is not asked about a retriable failure.
 *
 * <p>The consumer, the producer and the admin client rely on one another. A {@code
 * KafkaClientSupplier} of your own that uses one of them must use all of them.
 *
 * <p>If a stream thread fails and is replaced, the failed thread leaves its consumer group at once,
 * provided that {@link #leavingGroup} wraps the exception handler. Otherwise {@code
 * KafkaStreams.replaceStreamThread} keeps the failed thread in the group, although Kafka Streams
 * has marked it to leave (KAFKA-12738). No member then processes the failed thread's partitions
 * until the failed thread's session times out, after 45 s by default.
 *
 * <p>If records were deleted from a topic before the consumer read them, a warning says how many.
 * Kafka's own consumer applies {@code auto.offset.reset} without a report of the skipped records.
 * There is no such warning if {@code auto.offset.reset} names a duration, or if the topology sets a
 * reset for one of its topics ({@code Consumed.withOffsetResetPolicy}), because Kafka then resets
 * the offsets itself. If a record does not fit in the heap, the consumer throws a {@link
 * HeapExhaustedError} that names the record.
 *
 * <p>Under {@code group.protocol=streams}, Kafka Streams creates its consumer itself, so this class
 * has no effect on it. A task that gives up its work then makes its thread join the group again.
 * Set {@code poll.ms} to a few milliseconds in this case. Thread-safe.
 */
public final class PromptClients implements KafkaClientSupplier {

  private static final Logger log = LoggerFactory.getLogger(PromptClients.class);

  private static final KafkaStreamsVersion KAFKA = KafkaStreamsVersion.running();
  private static final boolean HAS_CLOSE_OPTIONS = KAFKA.isAtLeast(4, 1);

  /**
   * Kafka Streams sets this key to false. In version 4.1, the consumer then never leaves its group.
   */
  private static final String LEAVE_ON_CLOSE = "internal.leave.group.on.close";

  private static final boolean NEEDS_LEAVE_ON_CLOSE = HAS_CLOSE_OPTIONS && !KAFKA.isAtLeast(4, 2);

  private final SkippedRecords skipped;
  private final CommittedOffsets committed = new CommittedOffsets();

  /** Whether the current stream thread has failed. */
  private final ThreadLocal<Boolean> failed = ThreadLocal.withInitial(() -> false);

  /**
   * Whether all stream threads are about to end, because a failure ended the Kafka Streams client
   * or {@link #endPolls} was called.
   */
  private volatile boolean ending;

  private final Set<PromptConsumer> consumers = ConcurrentHashMap.newKeySet();

  /** The consumer that the current stream thread polls. */
  @SuppressWarnings("ThreadLocalUsage") // each client of Kafka Streams has threads of its own
  private final ThreadLocal<PromptConsumer> polled = new ThreadLocal<>();

  /** Creates clients that read every record. */
  public PromptClients() {
    this(Map.of());
  }

  /**
   * Creates clients that skip some records without reading them, because they do not fit in the
   * heap. With {@link DeadLetterBadImages}, each skipped record becomes a dead letter without a
   * value. The consumer needs {@code max.poll.records=1}; otherwise it reads a skipped record
   * together with the records before it.
   *
   * @param skipped the offset to skip in each partition; at most one for each partition
   */
  public PromptClients(Map<TopicPartition, Long> skipped) {
    this.skipped = new SkippedRecords(skipped, Clock.systemUTC());
  }

  /**
   * Wraps a handler so that failed threads leave the group. The consumer of a failed thread leaves
   * the group when it closes. If the failure ends the whole Kafka Streams client, all of the
   * client's consumers leave the group. Other members then take over the partitions at once. Pass
   * the result to {@code KafkaStreams.setUncaughtExceptionHandler}.
   *
   * @param handler decides what to do about a failure
   * @return a handler that returns the responses of {@code handler}, except that it shuts the
   *     client down if {@link #endPolls} has caused the failure
   */
  public StreamsUncaughtExceptionHandler leavingGroup(StreamsUncaughtExceptionHandler handler) {
    return failure -> {
      if (ending && causedByWakeup(failure)) {
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT; // endPolls() woke the thread
      }
      StreamThreadExceptionResponse response = handler.handle(failure);
      failed.set(true);
      if (response != StreamThreadExceptionResponse.REPLACE_THREAD) {
        ending = true;
      }
      return response;
    };
  }

  private static boolean causedByWakeup(Throwable failure) {
    return failure instanceof WakeupException || failure.getCause() instanceof WakeupException;
  }

  /**
   * Wakes the stream threads that wait in their consumers, so that they end and leave the group.
   * Use this method if a Kafka Streams client was closed but its threads do not end. This happens
   * if the group assigns partitions of topics to which the consumer has not subscribed. The
   * consumer then joins the group again and again, and its poll never returns.
   */
  public void endPolls() {
    ending = true;
    consumers.forEach(PromptConsumer::wakeup);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return PromptAdmin.of(Admin.create(config), this::purgeable);
  }

  /** With {@code group.protocol=streams}, this class has no consumers, and knows no commits. */
  private Map<TopicPartition, RecordsToDelete> purgeable(
      Map<TopicPartition, RecordsToDelete> requested) {
    return consumers.isEmpty() ? requested : committed.purgeable(requested);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new PromptProducer(config, polled::get, committed);
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

  private final class PromptConsumer extends ShortPollConsumer {

    private final Map<String, Object> config;
    private final Optional<LostRecords> lost;
    private final PromptPoll prompt;

    PromptConsumer(Map<String, Object> config, LongSupplier nanoTime) {
      super(prompt(config), () -> OwedAnswers.ofThisThread().pace().mostRecords());
      this.config = config;
      Function<Duration, ConsumerRecords<byte[], byte[]>> poll =
          timeout -> skipped.poll(this, super::shortPoll, timeout);
      lost =
          LostRecords.reset(config)
              .map(reset -> new LostRecords(reset, this, this::seekToTruncation, log::warn));
      prompt =
          new PromptPoll(
              lost.map(records -> records.around(poll)).orElse(poll),
              this::currentLag,
              OwedAnswers::ofThisThread,
              nanoTime);
    }

    @Override
    protected ConsumerRecords<byte[], byte[]> shortPoll(Duration timeout) {
      polled.set(this);
      HeldPartitions.ofThisThread().applyTo(this);
      try {
        return prompt.poll(timeout);
      } catch (OutOfMemoryError e) {
        throw OversizedRecord.find(
            config,
            this::assignment,
            this::readPosition,
            maxPollRecords(),
            e,
            PromptClients::usual);
      }
    }

    @Override
    protected long validPosition(LongSupplier kafkas) {
      return lost.map(records -> records.position(kafkas)).orElseGet(kafkas::getAsLong);
    }

    @Override
    protected void hasCommitted(Map<TopicPartition, OffsetAndMetadata> offsets) {
      committed.add(offsets);
    }

    /** Ignores the rebalance that Kafka Streams requests after a task has given up its work. */
    @Override
    public void enforceRebalance(String reason) {
      if (!TaskRevival.isNeedless(reason)) {
        super.enforceRebalance(reason);
      }
    }

    @Override
    public void close(CloseOptions options) {
      consumers.remove(this);
      super.close(isLeaving() ? closing(GroupMembershipOperation.LEAVE_GROUP) : options);
    }

    /**
     * Kafka Streams calls this method in versions before 4.2. Before version 4.1, Kafka's consumer
     * has no close options, but it leaves the group when it unsubscribes.
     */
    @Override
    public void close() {
      consumers.remove(this);
      if (HAS_CLOSE_OPTIONS) {
        super.close(
            closing(
                isLeaving()
                    ? GroupMembershipOperation.LEAVE_GROUP
                    : GroupMembershipOperation.REMAIN_IN_GROUP));
        return;
      }
      try {
        if (isLeaving()) {
          unsubscribe();
        }
      } finally {
        super.close();
      }
    }

    private boolean isLeaving() {
      return failed.get() || ending;
    }

    private static CloseOptions closing(GroupMembershipOperation operation) {
      return CloseOptions.groupMembershipOperation(operation);
    }
  }

  /**
   * Returns a copy of a consumer's configuration with which {@link PromptConsumer} can leave its
   * group and reset offsets itself.
   */
  private static Map<String, Object> prompt(Map<String, Object> config) {
    Map<String, Object> prompt =
        LostRecords.reset(config).isPresent() ? LostRecords.withoutReset(config) : config;
    if (!NEEDS_LEAVE_ON_CLOSE) {
      return prompt;
    }
    Map<String, Object> leaving = new HashMap<>(prompt);
    leaving.put(LEAVE_ON_CLOSE, true);
    return leaving;
  }
}
