package dev.millrace.streams.fetch;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches images in a pool of threads. All tasks of an inference share the pool.
 *
 * <p>Each fetch gets a thread at once, because {@link #awaitTurn} lets no more callers pass than
 * there are threads. A commit waits until all fetches of its task have ended. So it waits no longer
 * than the longest fetch takes.
 *
 * <p>The origin of an image is the web server, the bucket or the file system that stores the image.
 * If a fetch fails because of its origin, the origin counts as unavailable ("away"). All callers
 * that need an image from this origin then wait in {@link #awaitTurn} until a pause is over. After
 * the pause, one caller passes, and its fetch shows whether the origin works again. Meanwhile,
 * images from other origins are fetched.
 *
 * <p>Thread-safe.
 */
public final class FetchPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FetchPool.class);

  /**
   * Largest number of origins to remember. Beyond it, the pool forgets the origins that work,
   * together with the failures of their single images.
   */
  private static final int MOST_ORIGINS = 1_000;

  private final ImageFetcher fetcher;
  private final int concurrency;
  private final LongSupplier nanoTime;
  private final ExecutorService threads;

  /** Number of fetches that run or are about to run. */
  private int running;

  /** The origins that the pool remembers, by their names. */
  private final Map<String, Origin> origins = new TreeMap<>();

  /**
   * Creates a pool. Its threads start with the first fetches.
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
   * Waits until the caller may fetch an image. After each call that returns normally, the caller
   * must call {@link #fetch} once for this image.
   *
   * @param reference where the image is
   * @param deadlineNanos when to give up, in ns on the clock
   * @throws FetchStalledException if the deadline passes while the origin is away or all threads
   *     are busy
   * @throws InterruptedException if the calling thread is interrupted
   */
  public synchronized void awaitTurn(ImageReference reference, long deadlineNanos)
      throws InterruptedException {
    while (true) {
      Origin origin = origin(reference);
      long now = nanoTime.getAsLong();
      long pause = running < concurrency ? origin.pauseNanos(now) : Long.MAX_VALUE;
      if (pause == 0) {
        origin.begin();
        running++;
        return;
      }
      long left = deadlineNanos - now;
      if (left <= 0) {
        throw origin.away() == null
            ? new FetchStalledException(
                "images are fetched slowly: " + running + " fetches are running", null)
            : origin.away();
      }
      wait(Math.max(1, Math.min(left, pause) / 1_000_000));
    }
  }

  private Origin origin(ImageReference reference) {
    return origins.computeIfAbsent(Origin.nameOf(reference.uri()), name -> new Origin());
  }

  /**
   * Tests whether the origin of an image is away. If the origin's pause is over, this method begins
   * to fetch the image in the background, to find out whether the origin works again. Does not
   * wait.
   *
   * @param reference where the image is
   * @return whether the origin is away
   */
  public boolean isAway(ImageReference reference) {
    synchronized (this) {
      Origin origin = origins.get(Origin.nameOf(reference.uri()));
      if (origin == null || origin.away() == null) {
        return false;
      }
      if (running >= concurrency || !origin.mayProbe(reference.uri(), nanoTime.getAsLong())) {
        return true;
      }
      origin.begin();
      running++;
    }
    var unusedImage = fetch(reference);
    return true;
  }

  /**
   * Fetches an image. To be called after {@link #awaitTurn}.
   *
   * @param reference where the image is
   * @return the image, or a failure: {@link BadImageException} if the record has caused the
   *     failure, an {@link Error} if this process has caused it, otherwise {@link
   *     FetchStalledException}. If the caller cancels the future before the fetch begins, nothing
   *     is fetched
   */
  public CompletableFuture<FetchedImage> fetch(ImageReference reference) {
    CompletableFuture<FetchedImage> image = new CompletableFuture<>();
    Runnable work = () -> run(reference, image);
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      work.run(); // the pool is closed, so the fetch fails at once
    }
    return image;
  }

  private void run(ImageReference reference, CompletableFuture<FetchedImage> image) {
    boolean needed = !image.isDone();
    FetchedImage fetched = null;
    Throwable failure = null;
    try {
      fetched = needed ? fetched(reference) : null;
    } catch (Throwable e) { // for example, the image does not fit in memory
      failure = e;
    }
    Throwable outcome = ended(reference, needed, failure);
    if (outcome == null) {
      image.complete(fetched);
    } else {
      image.completeExceptionally(outcome);
    }
  }

  private FetchedImage fetched(ImageReference reference) throws IOException, InterruptedException {
    if (threads.isShutdown()) {
      throw new InterruptedException();
    }
    FetchedImage fetched = fetcher.fetch(reference);
    if (fetched.encoded().length == 0) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the image is empty");
    }
    return fetched;
  }

  /**
   * Notes the end of a fetch.
   *
   * @param asked whether the fetch sent a request to the origin
   * @param failure the failure of the fetch, or null
   * @return the failure to report for the image, or null
   */
  private synchronized Throwable ended(ImageReference reference, boolean asked, Throwable failure) {
    Origin origin = origin(reference);
    Throwable outcome = failure == null ? null : outcome(origin, reference.uri(), failure);
    // An error does not show whether the origin works.
    FetchStalledException away =
        outcome instanceof FetchStalledException stalled
            ? stalled
            : outcome instanceof Error ? origin.away() : null;
    if (away != null) {
      if (origin.goAway(away, nanoTime.getAsLong())) {
        log.warn("images are not fetched until this works again: {}", away.getMessage());
      }
    } else if (asked && (failure == null || failure instanceof BadImageException)) {
      if (origin.answered(reference.uri())) {
        log.info("images are fetched again from {}", Origin.nameOf(reference.uri()));
      }
    } else {
      origin.endUnasked();
    }
    boolean many = origins.size() > MOST_ORIGINS;
    origins.values().removeIf(one -> one.isIdle() && (many || !one.hasFailures()));
    running--;
    notifyAll();
    return outcome;
  }

  private static Throwable outcome(Origin origin, String uri, Throwable failure) {
    if (failure instanceof BadImageException || failure instanceof Error) {
      return failure;
    }
    if (failure instanceof InterruptedException) {
      return new FetchStalledException(
          "the fetch was interrupted, because the pool closes", failure);
    }
    String reason =
        failure instanceof IOException
            ? failure.getMessage()
            : "the fetch failed (" + failure.getClass().getSimpleName() + ")";
    return origin.failed(uri)
        ? new BadImageException(
            BadImageException.Reason.NOT_FETCHED,
            "other images are fetched from the same place, but this one failed %d times: %s"
                .formatted(LoneFailures.MOST, reason))
        : new FetchStalledException(reason, failure);
  }

  /** {@return why some images cannot be fetched at the moment; empty if all images can} */
  public synchronized Optional<String> problem() {
    String reasons =
        origins.values().stream()
            .filter(origin -> origin.away() != null)
            .map(origin -> origin.away().getMessage())
            .collect(Collectors.joining("; "));
    return reasons.isEmpty() ? Optional.empty() : Optional.of(reasons);
  }

  /** Interrupts the running fetches, and starts no further fetches. All other fetches fail. */
  @Override
  public void close() {
    threads.shutdownNow().forEach(Runnable::run);
  }
}
