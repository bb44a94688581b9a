package dev.millrace.streams;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.EngineStalledException;
import dev.millrace.streams.engine.InferenceEngine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.errors.internals.FailedProcessingException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;

/**
 * Keeps a partition's records in line while the engine answers them out of order.
 *
 * <p>{@code process} hands an image to the engine and queues its record; answers leave at the head
 * of the queue, from {@code process} itself, from a punctuator that ticks while records are in
 * flight, and from the commit barrier, which waits for all of them. {@code process} returns once
 * there is room for the next record: a full queue makes it wait for its head. What is answered and
 * waits for its burst (see {@link OwedAnswers}) has a queue of its own, so that it takes no room
 * from what the engine works on.
 *
 * <p>Forwarding happens long after a record's own {@code process} call, so its node and its record
 * context are captured then and set again around {@code forward}. A refused image goes through its
 * node once more, which then throws: in this way Kafka Streams' own exception handling sees the
 * refusal with the record it belongs to.
 *
 * <p>Confined to its task's stream thread. A revived task calls {@code init} again on the same
 * object.
 */
final class InferenceProcessor<K>
    implements FixedKeyProcessor<K, ImageEvent, Prediction>,
        CommitBarrier.InFlight,
        OwedAnswers.Debtor {

  private static final Duration TICK = Duration.ofMillis(1);

  /** Answers that may wait for their burst: what a fast model gives in a tenth of a second. */
  private static final int MOST_ANSWERED = 256;

  private record Pending<K>(
      FixedKeyRecord<K, ImageEvent> record,
      ProcessorRecordContext context,
      CompletableFuture<Classification> answer) {

    long bytes() {
      return record.value() instanceof ImageEvent.Encoded encoded ? encoded.bytes().length : 0;
    }
  }

  private final SharedEngine sharedEngine;
  private final PredictionFormat format;
  private final int maxInFlight;
  private final String barrierName;

  /** Whose answers are to come, and some that came since it was last looked. */
  private final Queue<Pending<K>> inFlight = new ArrayDeque<>();

  /** Whose answers are there; older than everything in flight. */
  private final Queue<Pending<K>> answered = new ArrayDeque<>();

  private InferenceEngine engine;
  private FixedKeyProcessorContext<K, Prediction> context;
  private InternalProcessorContext<K, Prediction> internals;
  private ProcessorNode<K, ImageEvent, ?, ?> node;
  private CommitBarrier barrier;
  private OwedAnswers owed;
  private long burst;
  private WaitLimit limit;
  private Cancellable tick;
  private BadImageException refusing;
  private Throwable failure;

  InferenceProcessor(
      SharedEngine sharedEngine, PredictionFormat format, int maxInFlight, String barrierName) {
    this.sharedEngine = sharedEngine;
    this.format = format;
    this.maxInFlight = maxInFlight;
    this.barrierName = barrierName;
  }

  @Override
  @SuppressWarnings("unchecked") // the node is this processor's own
  public void init(FixedKeyProcessorContext<K, Prediction> context) {
    this.context = context;
    internals = (InternalProcessorContext<K, Prediction>) context;
    node = (ProcessorNode<K, ImageEvent, ?, ?>) internals.currentNode();
    limit = WaitLimit.of(context.appConfigs());
    forgetAll();
    failure = null;
    tick = null;
    barrier = context.getStateStore(barrierName);
    barrier.attach(this);
    owed = OwedAnswers.ofThisThread();
    owed.add(this);
    if (engine == null) {
      engine = sharedEngine.acquire(limit.start());
    }
  }

  @Override
  public void process(FixedKeyRecord<K, ImageEvent> record) {
    if (refusing != null) {
      throw refusing;
    }
    try {
      barrier.recordAccepted(System.nanoTime(), limit.commitSilence());
      long deadline = deadline();
      inFlight.add(
          new Pending<>(record, internals.recordContext(), submit(record.value(), deadline)));
      if (tick == null) {
        tick = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> emitInBursts());
      }
      emitInBursts();
      awaitRoom(deadline);
    } catch (EngineStalledException e) {
      throw giveUpEngine(e.getMessage(), e);
    }
  }

  /**
   * Has the next record find its place. To wait for that here, and not when it has come, is to wait
   * at the end of a batch: a commit that falls due meanwhile need not run one for a few images.
   */
  private void awaitRoom(long deadline) {
    if (inFlight.size() >= maxInFlight) {
      awaitHead(deadline);
      owed.waiting(setAnsweredAside());
      if (answered.size() >= MOST_ANSWERED) {
        burst = owed.nextBurst(System.nanoTime());
        emitAnswered();
      }
    }
    engine.awaitRoom(deadline);
  }

  private CompletableFuture<Classification> submit(ImageEvent event, long deadline) {
    if (event instanceof ImageEvent.Encoded encoded && encoded.bytes().length > 0) {
      return engine.submit(encoded.bytes(), deadline);
    }
    if (event instanceof ImageEvent.Unreadable unreadable) {
      return engine.refuse(
          new BadImageException(BadImageException.Reason.UNREADABLE_EVENT, unreadable.reason()));
    }
    return engine.refuse(
        new BadImageException(
            BadImageException.Reason.EMPTY,
            event == null ? "the record has no value" : "the image is empty"));
  }

  /** Passes on what is answered, unless that has just been done and records keep coming. */
  private void emitInBursts() {
    long current = owed.burst(System.nanoTime());
    if (current != burst) {
      burst = current;
      emitAnswered();
    }
  }

  private void emitAnswered() {
    setAnsweredAside();
    while (!answered.isEmpty()) {
      emit(answered.remove());
    }
    if (inFlight.isEmpty()) {
      stopTick();
    }
  }

  /** Returns of how many bytes the images are. */
  private long setAnsweredAside() {
    long bytes = 0;
    while (!inFlight.isEmpty() && inFlight.element().answer.isDone()) {
      Pending<K> pending = inFlight.remove();
      answered.add(pending);
      bytes += pending.bytes();
    }
    return bytes;
  }

  /**
   * The barrier's call: a commit follows. What fails here must not be taken for a record's failure.
   */
  @Override
  public void drain() {
    if (failure != null) {
      throw new StreamsException("inference has failed before", failure);
    }
    if (size() == 0) {
      return;
    }
    long deadline = deadline();
    try (InferenceEngine.Urgency urgency = engine.hurry()) {
      emitAnswered();
      while (!inFlight.isEmpty()) {
        awaitHead(deadline);
        emitAnswered();
      }
    } catch (InferenceStalledError e) {
      throw new StreamsException(e.getMessage(), e);
    }
  }

  @Override
  public int size() {
    return answered.size() + inFlight.size();
  }

  @Override
  public CompletableFuture<Classification> next() {
    Pending<K> first = answered.isEmpty() ? inFlight.peek() : answered.element();
    return first == null ? null : first.answer;
  }

  private long deadline() {
    return System.nanoTime() + limit.longest().toNanos();
  }

  /** Waits for the oldest answer that is to come, whatever it will be. */
  private void awaitHead(long deadline) {
    try {
      inFlight
          .element()
          .answer
          .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // a failure is an answer, too: emit() says so
    } catch (TimeoutException e) {
      throw giveUpEngine(
          "the device gave no answer within "
              + limit.longest().toMillis()
              + " ms; if it is only slow, make batches smaller or raise max.poll.interval.ms and,"
              + " under exactly-once, transaction.timeout.ms",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw fail(new InferenceStalledError("interrupted while waiting for an answer", e));
    }
  }

  /** Passes on an answer that is there. */
  private void emit(Pending<K> pending) {
    try {
      Classification answer = pending.answer.join();
      inContextOf(pending, () -> forward(pending, answer));
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof BadImageException refusal)) {
        throw fail(new InferenceStalledError(e.getCause().getMessage(), e.getCause()));
      }
      inContextOf(pending, () -> refuse(pending, refusal));
    }
  }

  private void forward(Pending<K> pending, Classification answer) {
    ProcessorRecordContext from = pending.context;
    Prediction.Source source = new Prediction.Source(from.topic(), from.partition(), from.offset());
    context.forward(
        pending.record.withValue(format.prediction(pending.record.key(), source, answer)));
  }

  /** Sends the record through this node once more, to throw there. */
  private void refuse(Pending<K> pending, BadImageException refusal) {
    FixedKeyRecord<K, ImageEvent> record = pending.record;
    refusing = refusal;
    try {
      node.process(
          new Record<>(record.key(), record.value(), record.timestamp(), record.headers()));
    } finally {
      refusing = null;
    }
  }

  private void inContextOf(Pending<K> pending, Runnable action) {
    ProcessorNode<?, ?, ?, ?> currentNode = internals.currentNode();
    ProcessorRecordContext currentContext = internals.recordContext();
    internals.setCurrentNode(node);
    internals.setRecordContext(pending.context);
    try {
      action.run();
    } catch (FailedProcessingException | TaskCorruptedException | TaskMigratedException e) {
      failure = e;
      throw e; // Kafka Streams passes these on without asking a handler
    } catch (RuntimeException e) {
      throw fail(new InferenceStalledError("passing on an answer failed: " + e.getMessage(), e));
    } finally {
      internals.setCurrentNode(currentNode);
      internals.setRecordContext(currentContext);
    }
  }

  /** A device that hangs would keep everybody waiting who uses its engine: nobody shall. */
  private InferenceStalledError giveUpEngine(String reason, Exception cause) {
    InferenceStalledError stalled = new InferenceStalledError(reason, cause);
    engine.stop(stalled);
    return fail(stalled);
  }

  /** Remembers a failure: the task is lost, and a drain must not wait for what will not come. */
  private InferenceStalledError fail(InferenceStalledError error) {
    failure = error;
    return error;
  }

  private void stopTick() {
    if (tick != null) {
      tick.cancel();
      tick = null;
    }
  }

  private void forgetAll() {
    answered.clear();
    inFlight.clear();
  }

  @Override
  public void close() {
    stopTick();
    forgetAll();
    barrier.detach();
    owed.remove(this);
    if (engine != null) {
      sharedEngine.release(engine);
      engine = null;
    }
  }
}
