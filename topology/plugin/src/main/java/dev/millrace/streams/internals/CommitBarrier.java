package dev.millrace.streams.internals;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.ProcessorContextImpl;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Makes a commit wait for the records in flight.
 *
 * <p>An inference processor returns from {@code process} before its record is answered. Kafka
 * Streams then considers the record done. Without this barrier, Kafka Streams would commit the
 * record's offset, and a crash would lose the answer. But before Kafka Streams computes the offsets
 * to commit, it flushes the caches of the task's stores ({@code StreamTask.prepareCommit} → {@code
 * ProcessorStateManager.flushCache}). This store has no content. The records in flight take the
 * place of its cache, so a flush waits for their answers and forwards them.
 *
 * <p>Kafka Streams flushes each store once, in the order in which the topology uses the stores. A
 * processor behind the inference may write an answer to the cache of a store that a processor
 * before the inference uses, too. This store was then flushed already. So if the inference
 * processor has accepted records since the last flush, this barrier flushes all stores of the task
 * once more.
 *
 * <p>The barrier relies on the internal interface {@link CachedStateStore}, which is unchanged from
 * Kafka 3.4 to 4.4. {@code RATIONALE.md} gives the reasons. If a later Kafka version removes the
 * interface, this class does not link. If a later version no longer calls {@link #flushCache}, one
 * of two checks fails. {@link #commit} throws if records are in flight after a commit. {@link
 * #recordAccepted} throws if no flush has come for too long. A Kafka Streams version that passes
 * both checks once is proved to work (see {@link #builder(String, AtomicBoolean)}).
 *
 * <p>Confined to its task's stream thread. Only tests extend it.
 */
public class CommitBarrier implements StateStore, CachedStateStore<Object, Object> {

  /** The records in flight in one task. */
  public interface InFlight {
    /** Waits for every record in flight, and forwards the answers. */
    void drain();

    /** {@return the number of records in flight} */
    int size();
  }

  private static final InFlight NOTHING =
      new InFlight() {
        @Override
        public void drain() {}

        @Override
        public int size() {
          return 0;
        }
      };

  private final String name;
  private final AtomicBoolean proved;
  private InFlight inFlight = NOTHING;
  private Runnable flushAllStores = () -> {};
  private boolean open;
  private boolean accepting;
  private boolean flushed;
  private long acceptingSince;

  /**
   * Creates a barrier without a processor.
   *
   * @param name the name of the store, unique in its topology
   */
  protected CommitBarrier(String name) {
    this(name, new AtomicBoolean());
  }

  private CommitBarrier(String name, AtomicBoolean proved) {
    this.name = name;
    this.proved = proved;
  }

  /**
   * Creates a builder, which creates one barrier for each task. The barriers have no changelog.
   *
   * @param name the name of the store, unique in its topology
   * @return the builder
   */
  public static StoreBuilder<CommitBarrier> builder(String name) {
    return builder(name, new AtomicBoolean());
  }

  /**
   * Creates a builder as {@link #builder(String)} does, whose barriers report the first commit.
   *
   * @param name the name of the store, unique in its topology
   * @param proved is set to true after the first commit that works as expected. A processor has
   *     then accepted a record, and Kafka Streams has flushed the barrier before the commit
   * @return the builder
   */
  public static StoreBuilder<CommitBarrier> builder(String name, AtomicBoolean proved) {
    return new Builder(name, proved);
  }

  /**
   * Connects the processor whose records the barrier waits for.
   *
   * @param processor the processor; connecting the same processor again is allowed
   * @throws IllegalStateException if another processor of the task is connected
   */
  public void attach(InFlight processor) {
    if (inFlight != NOTHING && inFlight != processor) {
      throw new IllegalStateException(
          "an ImageInference was passed to two processValues calls; create another one for the"
              + " second call");
    }
    inFlight = processor;
    accepting = false;
    flushed = false;
  }

  /** Disconnects the processor. Later commits wait for nothing. */
  public void detach() {
    inFlight = NOTHING;
  }

  /**
   * Notes that the processor has accepted a record.
   *
   * @param now the time in ns, for example from {@link System#nanoTime}
   * @param silence the longest time in which the processor may accept records without a flush
   * @throws IncompatibleClassChangeError if Kafka Streams has not flushed the barrier for longer
   *     than {@code silence}
   */
  public void recordAccepted(long now, Duration silence) {
    if (!accepting) {
      accepting = true;
      acceptingSince = now;
    } else if (now - acceptingSince > silence.toNanos()) {
      throw new IncompatibleClassChangeError(
          "Kafka Streams has not flushed the commit barrier for "
              + silence
              + ": this version of Kafka Streams commits in another way, and records could be lost;"
              + " use the version that the plugin was built with");
    }
  }

  @Override
  public void flushCache() {
    boolean accepted = accepting;
    flushed |= accepted;
    accepting = false;
    inFlight.drain();
    if (accepted) {
      flushAllStores.run(); // calls this method again, usually without an accepted record
    }
  }

  /**
   * Checks that no record is in flight. Kafka Streams calls this method after it has committed the
   * offsets, from version 4.3 on (KIP-1035).
   *
   * @throws IllegalStateException if a record is in flight
   */
  @Override
  public void commit(Map<TopicPartition, Long> offsets) {
    requireNothingInFlight();
    if (flushed) {
      proved.set(true);
    }
  }

  /**
   * Checks that no record is in flight. Before version 4.3, Kafka Streams calls this method after
   * it has committed the offsets, but only if it also writes a state checkpoint.
   *
   * @throws IllegalStateException if a record is in flight
   */
  @Override
  @SuppressWarnings("deprecation") // abstract before 4.3
  public void flush() {
    requireNothingInFlight();
  }

  private void requireNothingInFlight() {
    if (inFlight.size() != 0) {
      throw new IllegalStateException(
          inFlight.size()
              + " records were in flight during a commit: Kafka Streams did not flush the commit barrier");
    }
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    context.register(root, (key, value) -> {});
    flushAllStores = ((ProcessorContextImpl) context).stateManager()::flushCache;
    open = true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
    return false;
  }

  @Override
  public void clearCache() {}

  private record Builder(String name, AtomicBoolean proved) implements StoreBuilder<CommitBarrier> {
    @Override
    public CommitBarrier build() {
      return new CommitBarrier(name, proved);
    }

    @Override
    public StoreBuilder<CommitBarrier> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitBarrier> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitBarrier> withLoggingEnabled(Map<String, String> config) {
      throw new UnsupportedOperationException("a commit barrier has no content to log");
    }

    @Override
    public StoreBuilder<CommitBarrier> withLoggingDisabled() {
      return this;
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public boolean loggingEnabled() {
      return false;
    }
  }
}
