package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies images in batches. A batch may hold images of several callers. All partitions and all
 * stream threads of an instance share one engine. The package's description follows one image
 * through the engine.
 *
 * <p>An answer completes with a {@link Classification}, or exceptionally with
 *
 * <ul>
 *   <li>{@link BadImageException} if only this image is refused,
 *   <li>{@link InferenceException} if the device has caused the failure, or
 *   <li>{@link EngineStalledException} if the engine has stopped.
 * </ul>
 *
 * <p>Every answer completes. If the engine fails or is closed, it completes all open answers.
 *
 * <p>The number of slots bounds the memory, because {@link #submit} waits for a free slot.
 * Thread-safe. The caller of {@link #start} closes the engine.
 */
public final class InferenceEngine implements SpareSlots, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InferenceEngine.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Number of checks for hung decoders during the time of one decode timeout. */
  private static final int CHECKS_PER_TIMEOUT = 10;

  private final EngineLock lock = new EngineLock();
  private final ModelLoader loader;
  private final ServingVersion serving;
  private final Admission admission;
  private final RunQueue runQueue;
  private final DecodePool decodePool;
  private final DecodeWatchdog watchdog;
  private final RunnerThreads runners;

  private InferenceEngine(
      EngineConfig config,
      EngineThreads threads,
      ModelLoader loader,
      LoadedModel first,
      Supplier<ImageDecoder> decoders,
      LongSupplier nanoTime) {
    this.loader = loader;
    BatchQueue batches =
        new BatchQueue(
            config.batches(),
            config.linger().toNanos(),
            bytesPerImage -> new Batch(config.maxBatchSize(), bytesPerImage));
    serving = new ServingVersion(lock, first);
    admission = new Admission(lock, batches, serving, nanoTime);
    runQueue = new RunQueue(lock, batches, admission, nanoTime);
    decodePool = new DecodePool(threads, config.limits(), decoders, runQueue, nanoTime);
    watchdog =
        new DecodeWatchdog(
            threads,
            config.limits().decodeTimeout().dividedBy(CHECKS_PER_TIMEOUT),
            decodePool::giveUpOnHung,
            runQueue::fatal);
    runners = new RunnerThreads(threads, runQueue, config, nanoTime);
  }

  /**
   * Starts an engine: creates a decoder and closes it again, loads a version on every device, warms
   * it up, and starts the engine's threads. All of this except the threads' own work happens on the
   * calling thread. If the start fails, the model is freed.
   *
   * @param config how to decode, batch and run
   * @param runtime opens the sessions
   * @param version the version that serves first
   * @param decoders creates a decoder; called on the calling thread, on each decode thread, and
   *     again after a decoder has failed. An exception on the calling thread fails the start
   * @param metrics receives the metrics of each version that is loaded
   * @param nanoTime the clock, for example {@link System#nanoTime}
   * @return the engine; the caller closes it
   * @throws dev.millrace.core.model.ModelException if the version cannot be served
   */
  public static InferenceEngine start(
      EngineConfig config,
      ModelRuntime runtime,
      ModelVersion version,
      Supplier<ImageDecoder> decoders,
      EngineMetrics metrics,
      LongSupplier nanoTime) {
    ModelLoader loader = new ModelLoader(runtime, config, metrics, nanoTime);
    return start(config, EngineThreads.DAEMONS, loader, version, decoders, nanoTime);
  }

  static InferenceEngine start(
      EngineConfig config,
      EngineThreads threads,
      ModelLoader loader,
      ModelVersion version,
      Supplier<ImageDecoder> decoders,
      LongSupplier nanoTime) {
    // If a native library cannot be loaded, the start must fail. Otherwise, the first decode thread
    // would stop the engine, each task would start another engine, and all of them would stop.
    decoders.get().close();
    LoadedModel first = loader.load(version);
    InferenceEngine engine;
    try {
      engine = new InferenceEngine(config, threads, loader, first, decoders, nanoTime);
    } catch (RuntimeException | Error e) {
      first.giveBack();
      throw e;
    }
    try {
      engine.startThreads(config.decodeThreads());
      return engine;
    } catch (RuntimeException | Error e) { // the operating system may refuse a thread
      engine.close();
      throw e;
    }
  }

  private void startThreads(int decodeThreads) {
    decodePool.start(decodeThreads);
    watchdog.start();
    runners.start();
  }

  /**
   * Swaps to another version. The calling thread loads and warms up the candidate, while the
   * current version keeps serving. After that, the candidate answers all new batches. A batch that
   * is already open keeps its version. The engine frees the old version when the old version's last
   * batch returns.
   *
   * @param candidate the version to swap to
   * @throws dev.millrace.core.model.ModelException if the candidate cannot be served; the current
   *     version keeps serving
   * @throws EngineStalledException if the engine has stopped; the candidate is freed
   */
  public void swap(ModelVersion candidate) {
    serving.swap(loader.load(candidate));
  }

  /** {@return the version that answers new batches} */
  public ModelVersion serving() {
    return serving.current().version();
  }

  /**
   * Tests whether the engine was closed or has failed. It then accepts no more images.
   *
   * @return whether the engine has stopped
   */
  public boolean hasStopped() {
    lock.lock();
    try {
      return lock.hasStopped();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues an image. If all slots are taken, waits for a slot.
   *
   * @param encoded the image file's bytes; must not change before the answer completes
   * @param deadlineNanos the time at which the wait ends, in ns on the engine's clock
   * @return the answer, which completes later
   * @throws EngineStalledException if no slot became free before the deadline, the thread was
   *     interrupted, or the engine has stopped
   */
  public CompletableFuture<Classification> submit(byte[] encoded, long deadlineNanos) {
    return submit(encoded, deadlineNanos, ImageTrace.NONE);
  }

  /**
   * Queues an image as {@link #submit(byte[], long)} does, and adds attributes to the image's
   * trace.
   *
   * @param encoded the image file's bytes; must not change before the answer completes
   * @param deadlineNanos the time at which the wait ends, in ns on the engine's clock
   * @param trace the image's trace; the caller ends the span after the answer completes
   * @return the answer, which completes later
   * @throws EngineStalledException as {@link #submit(byte[], long)} does
   */
  public CompletableFuture<Classification> submit(
      byte[] encoded, long deadlineNanos, ImageTrace trace) {
    Batch.Slot slot = admission.claim(deadlineNanos);
    slot.trace = trace;
    decodePool.submit(slot, encoded);
    return slot.answer;
  }

  @Override
  public int maxBatchSize() {
    return serving.current().maxBatchSize();
  }

  @Override
  public boolean hasSpareSlot() {
    return admission.hasSpareSlot(runQueue::hasWaitingCommit);
  }

  @Override
  public Optional<List<CompletableFuture<Classification>>> submitIfSpare(List<byte[]> encoded) {
    List<Batch.Slot> slots = admission.claimSpare(encoded.size(), runQueue::hasWaitingCommit);
    for (int i = 0; i < slots.size(); i++) {
      decodePool.submit(slots.get(i), encoded.get(i));
    }
    return slots.isEmpty()
        ? Optional.empty()
        : Optional.of(slots.stream().map(slot -> slot.answer).toList());
  }

  /**
   * Waits until there are slots for the next few images, but takes no slot. A caller should wait
   * here before its next image arrives. If a commit becomes due during this wait, it does not have
   * to wait for a run of only a few images. The wait begins before the last batch is full, so that
   * the next few images fill this batch.
   *
   * @param deadlineNanos the time at which the wait ends, in ns on the engine's clock
   * @throws EngineStalledException as {@link #submit} does
   */
  public void awaitRoom(long deadlineNanos) {
    admission.awaitRoom(deadlineNanos);
  }

  /**
   * Refuses an image before it reaches a batch, and counts the refusal.
   *
   * @param refusal the reason
   * @return an answer that has failed with the refusal
   */
  public CompletableFuture<Classification> refuse(BadImageException refusal) {
    serving.current().metrics().refused(refusal.reason());
    return CompletableFuture.failedFuture(refusal);
  }

  /**
   * Tells the engine that a commit waits, until the caller closes the returned object. While the
   * commit waits and no batch runs, the open batch does not linger.
   *
   * @return the waiting commit; the caller closes it
   */
  public Urgency hurry() {
    runQueue.addWaitingCommits(1);
    return () -> runQueue.addWaitingCommits(-1);
  }

  /**
   * Tells the engine that the stream waits for answers because it has reached its in-flight limit.
   * The wait ends when the caller closes the returned object. Until then, the engine accepts no
   * images that do not come from the stream (see {@link SpareSlots}). This method has no other
   * effect.
   *
   * @return the wait; the caller closes it
   */
  public Urgency backlog() {
    admission.quiet().waitBegins();
    return admission.quiet()::waitEnds;
  }

  /** A commit or a backlog that waits for the engine. */
  @FunctionalInterface
  public interface Urgency extends AutoCloseable {
    /** Tells the engine that the wait has ended. */
    @Override
    void close();
  }

  /**
   * Stops the engine for all callers and fails every incomplete answer. This includes the answers
   * of running batches, because their device may hang. Use this method after a wait for an answer
   * that took too long. This method frees no memory; {@link #close} does.
   *
   * @param cause the reason, which becomes the cause of each {@link EngineStalledException}
   */
  public void stop(Throwable cause) {
    runQueue.stop(cause);
  }

  /**
   * Stops the engine and frees the model. Fails the images whose batch does not run yet with {@link
   * EngineStalledException}, waits for the current runs, and closes the sessions. If a run hangs,
   * this method returns after 10 s. The sessions then stay open, because native code still uses
   * them and cannot be interrupted. May be called again.
   */
  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  void close(Duration timeout) {
    IllegalStateException closed = new IllegalStateException("it was closed");
    runQueue.failWaiting(closed);
    watchdog.close();
    decodePool.close();
    if (!runners.join(timeout)) {
      runQueue.failRunning(closed);
      log.error("a run hangs in native code; its memory stays allocated until the process ends");
    }
    serving.retire();
  }
}
