package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.model.InferenceException;
import dev.millrace.core.model.ModelRuntime;
import dev.millrace.core.repository.ModelVersion;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies images in batches that form across everybody who submits: all partitions and all
 * stream threads of an instance share one engine.
 *
 * <p>An image's way: {@link #submit} gives it a slot of the open batch, a decode thread writes its
 * pixels there, a runner takes the batch when it is due (see {@link BatchQueue}), runs it once on
 * its device, and completes the answers. One lock guards who is where; decoding and running happen
 * outside of it. Memory is bounded by the number of slots: who submits waits for one.
 *
 * <p>An answer completes with a {@link Classification}, or exceptionally with {@link
 * BadImageException} (this image alone is refused) or {@link InferenceException} (its batch has no
 * answer). It never stays open: closing the engine, or its failure, completes what is left.
 *
 * <p>Thread-safe. Whoever started it closes it.
 */
public final class InferenceEngine implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InferenceEngine.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final EngineConfig config;
  private final ModelRuntime runtime;
  private final EngineMetrics metrics;
  private final LongSupplier nanoTime;
  private final DecodePool decodePool;
  private final RunnerThreads runners = new RunnerThreads();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final BatchQueue queue;
  private final Set<Batch> running = new HashSet<>();
  private LoadedModel serving;
  private int urgent;

  /** Whether there was no room ahead: changed under the lock, and a hint without it. */
  private volatile boolean full;

  private Throwable stopped;
  private boolean closed;

  private InferenceEngine(
      EngineConfig config,
      ModelRuntime runtime,
      LoadedModel serving,
      Supplier<ImageDecoder> decoders,
      EngineMetrics metrics,
      LongSupplier nanoTime) {
    this.config = config;
    this.runtime = runtime;
    this.serving = serving;
    serving.metrics().serving(true);
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.queue =
        new BatchQueue(
            config.batches(),
            config.linger().toNanos(),
            bytesPerImage -> new Batch(config.maxBatchSize(), bytesPerImage));
    this.decodePool =
        new DecodePool(config.decodeThreads(), config.limits(), decoders, new Decoded(), nanoTime);
  }

  /**
   * Loads a version on every device, warms it up and starts.
   *
   * @param decoders makes one decoder for each decode thread
   * @param metrics of this model; they stay the caller's
   * @param nanoTime the clock, as {@link System#nanoTime}
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   */
  public static InferenceEngine start(
      EngineConfig config,
      ModelRuntime runtime,
      ModelVersion version,
      Supplier<ImageDecoder> decoders,
      EngineMetrics metrics,
      LongSupplier nanoTime) {
    LoadedModel model = LoadedModel.load(runtime, version, config, metrics, nanoTime);
    InferenceEngine engine =
        new InferenceEngine(config, runtime, model, decoders, metrics, nanoTime);
    engine.runners.start(engine, config, nanoTime);
    return engine;
  }

  /**
   * Lets another version answer: loads it and warms it up beside the serving one, on the calling
   * thread, then has it answer every batch that opens from now on. A batch that is open keeps its
   * version, and the old one is freed when its last batch has run.
   *
   * @throws dev.millrace.core.model.ModelException if the candidate cannot be served; nothing has
   *     changed then
   * @throws EngineStalledException if the engine has stopped
   */
  public void swap(ModelVersion candidate) {
    LoadedModel next = LoadedModel.load(runtime, candidate, config, metrics, nanoTime);
    LoadedModel retired;
    lock.lock();
    try {
      retired = stopped == null ? serving : next;
      if (stopped == null) {
        serving = next;
        retired.metrics().serving(false);
        next.metrics().serving(true);
      }
    } finally {
      lock.unlock();
    }
    retired.giveBack();
    if (retired == next) {
      throw stalled();
    }
  }

  private EngineStalledException stalled() {
    return new EngineStalledException(
        "the inference engine has stopped: " + stopped.getMessage(), stopped);
  }

  /** The version that answers. */
  public ModelVersion serving() {
    lock.lock();
    try {
      return serving.version();
    } finally {
      lock.unlock();
    }
  }

  /** True once it takes no more images: it was closed, or it failed. */
  public boolean hasStopped() {
    lock.lock();
    try {
      return stopped != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues an image, waiting for a free slot if need be.
   *
   * @param encoded the image file's bytes; not to be changed until the answer is there
   * @param deadlineNanos how long to wait, on the engine's clock
   * @return the answer to come
   * @throws EngineStalledException if no slot came free until then, or the engine has stopped
   */
  public CompletableFuture<Classification> submit(byte[] encoded, long deadlineNanos) {
    Batch.Slot slot;
    lock.lock();
    try {
      slot = claim(deadlineNanos);
      full = !queue.hasRoomAhead();
      slot.model.metrics().submitted();
    } finally {
      lock.unlock();
    }
    decodePool.submit(slot, encoded);
    return slot.answer;
  }

  private Batch.Slot claim(long deadlineNanos) {
    Batch.Slot slot;
    do {
      await(queue::hasRoom, deadlineNanos);
      slot = queue.claim(nanoTime.getAsLong(), serving);
    } while (slot == null); // the room there was may be another version's
    return slot; // no work for a runner until it is decoded
  }

  /** Waits, under the lock, until there is room enough. */
  private void await(BooleanSupplier enough, long deadlineNanos) {
    while (stopped == null && !enough.getAsBoolean()) {
      long left = deadlineNanos - nanoTime.getAsLong();
      if (left <= 0) {
        throw new EngineStalledException(
            "no batch came free in time: the device is stuck or too slow for the wait allowed");
      }
      try {
        long ignored = room.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineStalledException("interrupted while waiting for the inference engine", e);
      }
    }
    if (stopped != null) {
      throw stalled();
    }
  }

  /**
   * Waits until the next few images find slots, and takes none. What the caller does then may wait
   * for all answers, as a commit does, and finds no batch begun that would have to run for a few
   * images. It waits before the last batch is full, so that images which come before it gets there
   * complete that one.
   *
   * @param deadlineNanos how long to wait, on the engine's clock
   * @throws EngineStalledException as {@link #submit} does
   */
  public void awaitRoom(long deadlineNanos) {
    if (!full) {
      return;
    }
    lock.lock();
    try {
      await(queue::hasRoomAhead, deadlineNanos);
    } finally {
      lock.unlock();
    }
  }

  /** Counts and answers an image that is refused before it reaches a batch. */
  public CompletableFuture<Classification> refuse(BadImageException refusal) {
    lock.lock();
    try {
      serving.metrics().refused(refusal.reason());
    } finally {
      lock.unlock();
    }
    return CompletableFuture.failedFuture(refusal);
  }

  /**
   * Begins a time in which no batch lingers while nothing runs, because a commit waits; closing
   * ends it.
   */
  public Urgency hurry() {
    changeUrgency(1);
    return () -> changeUrgency(-1);
  }

  /** Ends a time of haste. */
  @FunctionalInterface
  public interface Urgency extends AutoCloseable {
    @Override
    void close();
  }

  private void changeUrgency(int by) {
    lock.lock();
    try {
      urgent += by;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next batch; empty once the engine has stopped. Called by runners. */
  Optional<Batch> take() throws InterruptedException {
    lock.lock();
    try {
      while (stopped == null) {
        long now = nanoTime.getAsLong();
        // As long as something runs, haste gains nothing by cutting short the batch that fills.
        Batch batch = queue.take(now, urgent > 0 && running.isEmpty());
        if (batch != null) {
          running.add(batch);
          return Optional.of(batch);
        }
        long due = queue.nanosUntilDue(now);
        if (due == Long.MAX_VALUE) {
          work.await();
        } else {
          long ignored = work.awaitNanos(due);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes a batch back after its run, all of its answers completed. Called by runners. */
  void recycle(Batch batch) {
    LoadedModel model = batch.model();
    model.metrics().left(batch.size());
    lock.lock();
    try {
      running.remove(batch);
      queue.recycle(batch);
      full = false;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    model.giveBack();
  }

  /** The decode threads' reports. */
  private final class Decoded implements DecodePool.Listener {
    @Override
    public void decoded(Batch.Slot slot, BadImageException refusal) {
      settle(slot, refusal, () -> slot.batch.settle(slot, refusal));
    }

    @Override
    public void abandoned(Batch.Slot slot, BadImageException refusal) {
      settle(slot, refusal, () -> slot.batch.abandon(slot, refusal));
    }

    private void settle(Batch.Slot slot, BadImageException refusal, Runnable note) {
      lock.lock();
      try {
        note.run();
        if (slot.batch.isDecoded()) {
          work.signal();
        }
      } finally {
        lock.unlock();
      }
      if (refusal != null) {
        slot.model.metrics().refused(refusal.reason());
        slot.answer.completeExceptionally(refusal);
      }
    }

    @Override
    public void fatal(Throwable cause) {
      stop(cause);
    }
  }

  /**
   * Stops taking and running batches; whoever waits hears why, also those whose batch is running:
   * the device may hang, and is given up as a whole. For runners, and for callers that have waited
   * in vain.
   */
  public void stop(Throwable cause) {
    refuseMore(cause);
    failRunning(cause);
  }

  /** Takes no more images, and answers those whose batch does not run yet. */
  private void refuseMore(Throwable cause) {
    List<Batch> unanswered;
    lock.lock();
    try {
      if (stopped == null) {
        stopped = cause;
      }
      unanswered = queue.drain();
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    InferenceException failure = stopped(cause);
    for (Batch batch : unanswered) {
      batch.fail(failure);
      batch.model().metrics().left(batch.size());
      batch.model().giveBack();
    }
  }

  /** Answers those whose batch is running; should the run still end, its answers come too late. */
  private void failRunning(Throwable cause) {
    InferenceException failure = stopped(cause);
    lock.lock();
    try {
      running.forEach(batch -> batch.fail(failure));
    } finally {
      lock.unlock();
    }
  }

  private static InferenceException stopped(Throwable cause) {
    return new InferenceException("the inference engine has stopped: " + cause.getMessage(), cause);
  }

  /**
   * Stops: what has not run by then is answered with {@link InferenceException}. Returns when the
   * runs under way have ended and the model's memory is freed; or, if a run hangs, after 10 s:
   * native code cannot be interrupted, and what it uses must not be freed.
   */
  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  void close(Duration timeout) {
    IllegalStateException closed = new IllegalStateException("it was closed");
    refuseMore(closed);
    decodePool.close();
    if (!runners.join(timeout)) {
      failRunning(closed);
      log.error("a run hangs in native code; its memory stays taken until this process ends");
    }
    giveBackServing();
  }

  private void giveBackServing() {
    LoadedModel last;
    lock.lock();
    try {
      last = closed ? null : serving;
      closed = true;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.giveBack();
    }
  }
}
