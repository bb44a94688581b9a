package dev.millrace.streams.fetch;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fetches images in a pool of threads. All tasks of an inference share the pool.
 *
 * <p>Each fetch gets a thread at once, because {@link #awaitTurn} lets no more callers pass than
 * there are threads. A commit waits until all fetches of its task have ended. So it waits no longer
 * than the longest fetch takes.
 *
 * <p>The origin of an image is the place that stores the image (see {@link ImageFetcher#origin}).
 * If a fetch fails because of its origin, the origin counts as unavailable ("away"). All callers
 * that need an image from this origin then wait in {@link #awaitTurn} until a pause is over. After
 * the pause, one fetch begins, and shows whether the origin works again. Meanwhile, images from
 * other origins are fetched. If only one image of an origin fails, only the callers that need this
 * image wait, until it can be fetched or is refused (see {@link LoneFailures}).
 *
 * <p>Thread-safe.
 */
public final class FetchPool implements AutoCloseable {

  /** A condition of an image at a time on the clock. */
  @FunctionalInterface
  private interface Condition {
    boolean isTrue(Origin origin, ImageReference image, long now);
  }

  private final ImageFetcher fetcher;
  private final Origins origins;
  private final int concurrency;
  private final LongSupplier nanoTime;
  private final ExecutorService threads;

  /** Number of fetches that run or are about to run. */
  private int running;

  /** Number of fetches that the fetcher works on, and when it began or ended one of them last. */
  private int asking;

  private long askedAt;

  /**
   * Creates a pool. Its threads start with the first fetches.
   *
   * @param fetcher fetches one image
   * @param concurrency the largest number of fetches at the same time, at least 1
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  public FetchPool(ImageFetcher fetcher, int concurrency, LongSupplier nanoTime) {
    this(fetcher, concurrency, nanoTime, daemons());
  }

  FetchPool(ImageFetcher fetcher, int concurrency, LongSupplier nanoTime, ThreadFactory threads) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " must be at least 1");
    }
    this.fetcher = fetcher;
    this.origins = new Origins(fetcher);
    this.concurrency = concurrency;
    this.nanoTime = nanoTime;
    this.threads = Executors.newFixedThreadPool(concurrency, threads);
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, "millrace-fetch-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
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
      Origin origin = origins.of(reference);
      long now = nanoTime.getAsLong();
      boolean away = origin.isAway(reference, now);
      if (away) {
        origin.await(reference, now);
      }
      long pause = running < concurrency ? origin.pauseNanos(reference, now) : Long.MAX_VALUE;
      long left = deadlineNanos - now;
      if (pause == 0) {
        running++;
        if (!away) {
          origin.begin();
          return;
        }
        ImageReference probe = origin.beginProbe(reference, now);
        if (probe.equals(reference)) {
          return;
        }
        var unusedImage = fetch(probe);
      } else if (left > 0) {
        wait(Math.max(1, Math.min(left, pause) / 1_000_000));
      } else {
        FetchStalledException reason = origin.reason(reference, now);
        throw reason == null
            ? new FetchStalledException(
                "images are fetched slowly: " + running + " fetches are running", null)
            : reason;
      }
    }
  }

  /**
   * Tests whether the fetch of an image may not begin now, because its origin is away or because
   * this image alone fails. If the pause after the last failure is over, this method begins a fetch
   * in the background, to find out whether the image can be fetched again. Does not wait.
   *
   * @param reference where the image is
   * @return whether {@link #awaitTurn} would have to wait for the origin or for the image
   */
  public boolean isAway(ImageReference reference) {
    return probe(reference, Origin::isAway);
  }

  /**
   * Tests whether an image that could not be fetched would probably fail again. Begins fetches in
   * the background as {@link #isAway} does. Does not wait.
   *
   * @param reference where the image is
   * @return false as soon as the image was fetched in the background, or will be refused
   */
  public boolean isMissing(ImageReference reference) {
    return probe(reference, Origin::isMissing);
  }

  private boolean probe(ImageReference reference, Condition failing) {
    ImageReference probe;
    synchronized (this) {
      long now = nanoTime.getAsLong();
      Origin origin = origins.of(reference);
      if (!failing.isTrue(origin, reference, now)) {
        return false;
      }
      if (running >= concurrency || !origin.mayProbe(reference, now)) {
        return true;
      }
      probe = origin.beginProbe(reference, now);
      running++;
    }
    var unusedImage = fetch(probe);
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
    Origin origin = origin(reference);
    CompletableFuture<FetchedImage> image = new CompletableFuture<>();
    Runnable work = () -> run(origin, reference, image);
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      work.run(); // the pool is closed, so the fetch fails at once
    } catch (Throwable e) {
      // The record is not at fault, so its image is fetched again later.
      FetchStalledException failure = new FetchStalledException("no thread can be started", e);
      end(origin, reference, image, null, failure);
    }
    return image;
  }

  private synchronized Origin origin(ImageReference reference) {
    return origins.of(reference);
  }

  private void run(Origin origin, ImageReference reference, CompletableFuture<FetchedImage> image) {
    FetchedImage fetched = null;
    Throwable failure = null;
    try {
      fetched = image.isDone() ? null : fetched(reference);
    } catch (InterruptedException e) {
      failure = new FetchStalledException("the fetch was interrupted, because the pool closes", e);
    } catch (Throwable e) { // for example, the image does not fit in memory
      failure = e;
    }
    end(origin, reference, image, fetched, failure);
  }

  private void end(
      Origin origin,
      ImageReference reference,
      CompletableFuture<FetchedImage> image,
      FetchedImage fetched,
      Throwable failure) {
    Throwable outcome;
    try {
      outcome = ended(origin, reference, fetched != null, failure);
    } catch (Throwable e) { // for example, the heap is full
      outcome = e;
    }
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
    FetchedImage fetched;
    asks(1);
    try {
      fetched = fetcher.fetch(reference);
    } finally {
      asks(-1);
    }
    if (fetched.encoded().length == 0) {
      throw new BadImageException(BadImageException.Reason.EMPTY, "the image is empty");
    }
    return fetched;
  }

  private synchronized void asks(int more) {
    asking += more;
    askedAt = nanoTime.getAsLong();
  }

  /**
   * Notes the end of a fetch.
   *
   * @param isFetched whether the origin has returned the image
   * @param failure the failure of the fetch; null if there is none, or if nothing was fetched
   * @return the failure to report for the image, or null
   */
  private synchronized Throwable ended(
      Origin origin, ImageReference reference, boolean isFetched, Throwable failure) {
    try {
      return origins.ended(origin, reference, isFetched, failure, nanoTime.getAsLong());
    } finally {
      running--;
      notifyAll();
    }
  }

  /** {@return why some images cannot be fetched at the moment; empty if all images can} */
  public synchronized Optional<String> problem() {
    long now = nanoTime.getAsLong();
    String reasons =
        Stream.concat(hanging(now), origins.problems(now)).collect(Collectors.joining("; "));
    return reasons.isEmpty() ? Optional.empty() : Optional.of(reasons);
  }

  /** Returns a reason if all threads hang in the fetcher, so that no image can be fetched. */
  private Stream<String> hanging(long now) {
    long quiet = now - askedAt;
    if (asking < concurrency || quiet <= fetcher.timeLimit().toNanos()) {
      return Stream.empty();
    }
    return Stream.of(
        "no fetch has ended for %d s, and all %d threads are busy (fetches from %s)"
            .formatted(Duration.ofNanos(quiet).toSeconds(), concurrency, origins.running()));
  }

  /** Interrupts the running fetches, and starts no further fetches. All other fetches fail. */
  @Override
  public void close() {
    threads.shutdownNow().forEach(Runnable::run);
  }
}
