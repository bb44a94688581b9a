package dev.millrace.streams;

import dev.millrace.streams.clients.OwedAnswers;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.fetch.FetchStalledException;
import dev.millrace.streams.internals.CommitBarrier;
import dev.millrace.streams.internals.RecordForwarder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Classifies a task's images, and forwards the results in the order of the records.
 *
 * <p>{@code process} submits an image with the {@link RecordSubmitter} and appends its record to
 * the {@link RecordLine}. Three callers forward answers: {@code process}, a punctuator that runs
 * every millisecond while records are in flight, and the commit barrier, which waits for all
 * answers. Before {@code process} returns, it waits until the engine has room for the next record.
 * If the in-flight limit is reached, it also waits for the oldest answer.
 *
 * <p>A record's answer is forwarded long after its {@code process} call has returned, so {@link
 * RecordForwarder} restores the record's context.
 *
 * <p>Confined to its task's stream thread. When Kafka Streams revives a task, it calls {@code init}
 * again on the same object.
 */
final class InferenceProcessor<K, V, R>
    implements FixedKeyProcessor<K, V, R>, CommitBarrier.InFlight, OwedAnswers.Debtor {

  private static final Duration TICK = Duration.ofMillis(1);

  /**
   * Largest number of a task's answers that wait for a burst. When this many answers wait and the
   * task has reached its in-flight limit, the task begins a burst early. A fast model returns this
   * many answers in 100 ms.
   */
  private static final int MOST_ANSWERED = 256;

  private final ValueMapping<K, V, R> mapping;
  private final TaskFetches fetches;
  private final PredictionFormat format;
  private final InferenceMetrics metrics;
  private final Tracing tracing;
  private final int maxInFlight;
  private final String barrierName;
  private final Supplier<OwedAnswers> ofThisThread;
  private final LongSupplier nanoTime;

  private final RecordLine<K, V> line = new RecordLine<>();
  private final TaskFailure failure = new TaskFailure();
  private final TaskEngine engine;

  private FixedKeyProcessorContext<K, R> context;
  private RecordForwarder<K, V, R> records;
  private RecordSubmitter<K, V> images;
  private AnswerForwarder<K, V, R> answers;
  private CommitBarrier barrier;
  private OwedAnswers owed;
  private long burst;
  private WaitLimit limit;
  private Cancellable tick;

  /**
   * @param fetches the pool that fetches images which records refer to; null if there is no fetcher
   * @param metrics receives the times of the images outside of the engine
   * @param tracing starts the span of each image
   * @param barrierName the name of the task's {@link CommitBarrier}
   * @param ofThisThread returns the answers that the calling thread owes (see {@link OwedAnswers})
   * @param nanoTime the engine's clock, for example {@link System#nanoTime}
   */
  InferenceProcessor(
      SharedEngine engine,
      ValueMapping<K, V, R> mapping,
      FetchPool fetches,
      PredictionFormat format,
      InferenceMetrics metrics,
      Tracing tracing,
      int maxInFlight,
      String barrierName,
      Supplier<OwedAnswers> ofThisThread,
      LongSupplier nanoTime) {
    this.mapping = mapping;
    this.format = format;
    this.metrics = metrics;
    this.tracing = tracing;
    this.maxInFlight = maxInFlight;
    this.barrierName = barrierName;
    this.ofThisThread = ofThisThread;
    this.nanoTime = nanoTime;
    this.engine = new TaskEngine(engine, failure, nanoTime);
    this.fetches = new TaskFetches(fetches, nanoTime);
  }

  @Override
  public void init(FixedKeyProcessorContext<K, R> context) {
    this.context = context;
    records = new RecordForwarder<>(context);
    String application = context.applicationId();
    RecordFailures failures = RecordFailures.of(application);
    images =
        new RecordSubmitter<>(
            records, mapping, application, engine, fetches, metrics, tracing, failure);
    answers =
        new AnswerForwarder<>(
            records, format, mapping, application, fetches, metrics, tracing, failure, failures);
    limit = WaitLimit.of(context.appConfigs());
    line.clear();
    failure.forget();
    tick = null;
    barrier = context.getStateStore(barrierName);
    barrier.attach(this);
    owed = ofThisThread.get();
    owed.add(this);
    fetches.open();
    engine.acquire(limit, owed::waited);
  }

  @Override
  public void process(FixedKeyRecord<K, V> record) {
    records.throwIfRefusing();
    requireProgress();
    barrier.recordAccepted(nanoTime.getAsLong(), limit.commitSilence());
    long deadline = engine.deadline();
    line.add(images.submit(record, deadline));
    if (tick == null) {
      tick = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, time -> forwardInBursts());
    }
    forwardInBursts();
    awaitRoom(deadline);
  }

  /** Fails if the thread processes its records in vain, because it polls too seldom. */
  private void requireProgress() {
    RecordMetadata origin = records.recordContext();
    owed.polls()
        .processing(origin.topic(), origin.partition(), origin.offset())
        .ifPresent(
            reason -> {
              throw failure.remember(
                  new InferenceStalledError(reason, new TimeoutException(reason)));
            });
  }

  private void awaitOldest(long deadline) {
    try {
      engine.awaitOldest(line, deadline);
    } catch (FetchStalledException e) {
      throw failure.remember(fetches.giveUp(records, line.fetching(), e));
    }
  }

  /**
   * Waits until there is room for the next record. This method waits before the task takes the next
   * record, because this record would open a new batch. A commit that becomes due during the wait
   * would then have to wait for a run of only a few images.
   */
  private void awaitRoom(long deadline) {
    if (line.inFlight() >= maxInFlight) {
      try (InferenceEngine.Urgency backlog = engine.backlog()) {
        awaitOldest(deadline);
      }
      owed.pace().waiting(line.setAnsweredAside());
      if (line.answered() >= MOST_ANSWERED) {
        burst = owed.pace().nextBurst();
        forwardAnswered();
      }
    }
    engine.awaitRoom(deadline);
  }

  /** Forwards the complete answers, once in each burst. */
  private void forwardInBursts() {
    long current = owed.pace().burst();
    if (current != burst) {
      burst = current;
      forwardAnswered();
    }
  }

  private void forwardAnswered() {
    line.setAnsweredAside();
    for (var next = line.pollAnswered(); next != null; next = line.pollAnswered()) {
      answers.forward(next);
    }
    if (line.inFlight() == 0) {
      stopTick();
    }
  }

  /**
   * Waits for every answer and forwards it. The barrier calls this before a commit.
   *
   * @throws StreamsException if the engine does not answer, or if the task has failed before; the
   *     task then fails
   */
  @Override
  public void drain() {
    failure.throwIfFailed();
    if (line.size() == 0) {
      return;
    }
    long deadline = engine.deadline();
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      forwardAnswered();
      while (line.inFlight() > 0) {
        awaitOldest(deadline);
        forwardAnswered();
      }
    } catch (InferenceStalledError | HeapExhaustedError e) {
      throw new StreamsException(e.getMessage(), e);
    }
  }

  @Override
  public int size() {
    return line.size();
  }

  @Override
  public CompletableFuture<Classification> next() {
    return line.next();
  }

  private void stopTick() {
    if (tick != null) {
      tick.cancel();
      tick = null;
    }
  }

  @Override
  public void close() {
    stopTick();
    line.clear();
    barrier.detach();
    fetches.close();
    records.close();
    owed.remove(this);
    engine.release();
    owed.polls().taskEnds(limit.pollInterval());
  }
}
