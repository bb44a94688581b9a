package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies images in batches that form across all callers: all partitions and all stream threads
 * of an instance share one engine. The package's description follows one image through it.
 *
 * <p>An answer completes with a {@link Classification}; or exceptionally, with {@link
 * BadImageException} if this image alone is refused, with {@link InferenceException} if the device
 * is to blame, or with {@link EngineStalledException} if the engine has stopped. It never stays
 * open: an engine that fails or is closed completes all answers.
 *
 * <p>Memory is bounded by the number of slots: {@link #submit} waits for a free one. Thread-safe.
 * The caller of {@link #start} closes the engine.
 */
public final class InferenceEngine implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InferenceEngine.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Checks for hung decoders per decode timeout. */
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
   * Loads a version on every device, warms it up and starts the engine.
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
    } catch (RuntimeException | Error e) { // the system may refuse one more thread
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
   * Lets another version answer. Loads it and warms it up beside the serving version, on the
   * calling thread; then it answers every batch that opens. A batch that is open keeps its version,
   * and the old version is freed when its last batch has run.
   *
   * @throws dev.millrace.core.model.ModelException if the candidate cannot be served; the serving
   *     version stays
   * @throws EngineStalledException if the engine has stopped; the candidate is freed
   */
  public void swap(ModelVersion candidate) {
    serving.swap(loader.load(candidate));
  }

  /** The version that answers. */
  public ModelVersion serving() {
    return serving.current().version();
  }

  /** True once it takes no more images, because it was closed or has failed. */
  public boolean hasStopped() {
    lock.lock();
    try {
      return lock.hasStopped();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues an image. Waits for a slot while all are taken.
   *
   * @param encoded the image file's bytes; must not change before the answer completes
   * @param deadlineNanos how long to wait, on the engine's clock
   * @return the answer to come
   * @throws EngineStalledException if no slot came free before the deadline, or the engine has
   *     stopped
   */
  public CompletableFuture<Classification> submit(byte[] encoded, long deadlineNanos) {
    Batch.Slot slot = admission.claim(deadlineNanos);
    decodePool.submit(slot, encoded);
    return slot.answer;
  }

  /**
   * Waits until the next few images find slots, and takes none. A caller that waits here, before
   * the next image comes, leaves no batch begun: a commit that falls due then need not run one for
   * a few images. The wait begins before the last batch is full, so that images that come all the
   * same complete that batch.
   *
   * @param deadlineNanos how long to wait, on the engine's clock
   * @throws EngineStalledException as {@link #submit} does
   */
  public void awaitRoom(long deadlineNanos) {
    admission.awaitRoom(deadlineNanos);
  }

  /** Counts and answers an image that is refused before it reaches a batch. */
  public CompletableFuture<Classification> refuse(BadImageException refusal) {
    serving.current().metrics().refused(refusal.reason());
    return CompletableFuture.failedFuture(refusal);
  }

  /**
   * Says that a commit waits, until the result is closed. Meanwhile no batch lingers unless another
   * one runs.
   */
  public Urgency hurry() {
    runQueue.addWaitingCommits(1);
    return () -> runQueue.addWaitingCommits(-1);
  }

  /** A commit that waits. Closing it says that it waits no longer. */
  @FunctionalInterface
  public interface Urgency extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Stops the engine for all callers and answers every image, also those whose batch is running: if
   * the device hangs, it is given up as a whole. For callers that have waited too long for an
   * answer.
   */
  public void stop(Throwable cause) {
    runQueue.stop(cause);
  }

  /**
   * Stops the engine and answers with {@link EngineStalledException} every image whose batch does
   * not run yet. Returns when the current runs have ended and the sessions are closed. If a run
   * hangs, it returns after 10 s and leaves the sessions open: native code cannot be interrupted,
   * and what it uses must not be freed. May be called again.
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
      log.error("a run hangs in native code; its memory stays taken until this process ends");
    }
    serving.retire();
  }
}
