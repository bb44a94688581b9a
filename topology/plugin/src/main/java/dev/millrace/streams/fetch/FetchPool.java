package dev.millrace.streams.fetch;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches images in a pool of threads. All tasks of an inference share it.
 *
 * <p>Each fetch has a thread at once, because {@link #awaitTurn} lets no more callers pass than
 * there are threads. So the longest fetch bounds the time until all fetches of a task have ended,
 * for which a commit waits.
 *
 * <p>If a fetch fails because the store does not work, the store is away: all callers wait in
 * {@link #awaitTurn} until a pause is over. Then one caller passes, and its fetch shows whether the
 * store works again. The pause begins with one second, and doubles after each failure, up to half a
 * minute.
 *
 * <p>Thread-safe.
 */
public final class FetchPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FetchPool.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ImageFetcher fetcher;
  private final int concurrency;
  private final LongSupplier nanoTime;
  private final ExecutorService threads;

  /** The fetches that run or are about to. */
  private int running;

  /** Why the store is away; null if it is not. */
  private FetchStalledException away;

  private final LoneFailures failures = new LoneFailures();
  private Duration pause = FIRST_PAUSE;
  private long retryAt;

  /** Whether the store is away, and a fetch that began since then is running. */
  private boolean probing;

  /**
   * Creates a pool, whose threads start with the first fetches.
   *
   * @param fetcher fetches one image
   * @param concurrency the largest number of fetches at the same time, at least 1
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  public FetchPool(ImageFetcher fetcher, int concurrency, LongSupplier nanoTime) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " must be at least 1");
    }
    this.fetcher = fetcher;
    this.concurrency = concurrency;
    this.nanoTime = nanoTime;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            concurrency,
            work -> {
              Thread thread = new Thread(work, "millrace-fetch-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Waits until the caller may fetch one image. Each call that returns must be followed by one
   * {@link #fetch}.
   *
   * @param deadlineNanos when to give up, in ns on the clock
   * @throws FetchStalledException if the store is away, or all threads are busy, until the deadline
   * @throws InterruptedException if the calling thread is interrupted
   */
  public synchronized void awaitTurn(long deadlineNanos) throws InterruptedException {
    while (!isFree()) {
      long left = deadlineNanos - nanoTime.getAsLong();
      if (left <= 0) {
        throw away == null
            ? new FetchStalledException(
                "the store of the images is slow: " + running + " fetches are running", null)
            : away;
      }
      long retry = away == null || running > 0 ? left : retryAt - nanoTime.getAsLong();
      wait(Math.max(1, Math.min(left, retry) / 1_000_000));
    }
    probing = away != null;
    running++;
  }

  private boolean isFree() {
    return away == null
        ? running < concurrency
        : running == 0 && retryAt - nanoTime.getAsLong() <= 0; // older fetches end first
  }

  /**
   * Fetches an image. To be called after {@link #awaitTurn}.
   *
   * @param reference where the image is
   * @return the encoded image, or a failure: {@link BadImageException} if the record is at fault,
   *     or {@link FetchStalledException}. If the caller cancels the future before the fetch begins,
   *     nothing is fetched
   */
  public CompletableFuture<byte[]> fetch(ImageReference reference) {
    CompletableFuture<byte[]> image = new CompletableFuture<>();
    threads.execute(() -> run(reference, image));
    return image;
  }

  private void run(ImageReference reference, CompletableFuture<byte[]> image) {
    boolean needed = !image.isDone();
    byte[] bytes = null;
    Exception failure = null;
    try {
      bytes = needed ? fetched(reference) : null;
    } catch (RuntimeException | IOException | InterruptedException e) {
      failure = e;
    }
    RuntimeException outcome = ended(reference, needed, failure);
    if (outcome == null) {
      image.complete(bytes);
    } else {
      image.completeExceptionally(outcome);
    }
  }

  private byte[] fetched(ImageReference reference) throws IOException, InterruptedException {
    byte[] bytes = fetcher.fetch(reference);
    if (bytes.length == 0) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the image is empty");
    }
    return bytes;
  }

  /**
   * Notes the end of a fetch.
   *
   * @param asked whether the store was asked
   * @param failure the failure of the fetch, or null
   * @return the failure of the image, or null
   */
  private synchronized RuntimeException ended(
      ImageReference reference, boolean asked, Exception failure) {
    running--;
    notifyAll();
    RuntimeException outcome = failure == null ? null : outcome(reference, failure);
    if (outcome instanceof FetchStalledException reason) {
      goAway(reason);
    } else if (asked && !(failure instanceof IOException)) {
      comeBack();
      failures.succeeded(reference);
    }
    probing = false;
    return outcome;
  }

  private RuntimeException outcome(ImageReference reference, Exception failure) {
    if (failure instanceof RuntimeException refusal) {
      return refusal;
    }
    if (failure instanceof InterruptedException) {
      return new FetchStalledException(
          "the fetch was interrupted, because the pool closes", failure);
    }
    return failures.isAlone(reference)
        ? new BadImageException(
            BadImageException.Reason.UNREADABLE_EVENT,
            "the store gives other images, but failed %d times to give this one: %s"
                .formatted(LoneFailures.MOST, failure.getMessage()))
        : new FetchStalledException(failure.getMessage(), failure);
  }

  private void goAway(FetchStalledException reason) {
    if (away != null && !probing) {
      return; // this fetch began before the store went away
    }
    if (away == null) {
      log.warn("images are not fetched until their store works again: {}", reason.getMessage());
    }
    pause = away == null ? FIRST_PAUSE : least(pause.multipliedBy(2), LONGEST_PAUSE);
    away = reason;
    retryAt = nanoTime.getAsLong() + pause.toNanos();
  }

  private void comeBack() {
    if (away != null) {
      log.info("the store of the images works again");
      away = null;
    }
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** {@return why the store is away; empty if it is not} */
  public synchronized Optional<String> problem() {
    return Optional.ofNullable(away).map(Throwable::getMessage);
  }

  /** Interrupts the fetches that run, and starts no more of them. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
