package dev.millrace.blobs;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Fetches data by URI. Reads only from allowed places, and limits the size and time of each fetch
 * and the number of concurrent fetches.
 *
 * <p>The outcome shows whether another attempt makes sense. {@link Refused} means that the record
 * is at fault, so the same URI will be refused again. {@link StoreAwayException} means that the
 * store or the network is at fault, so the same URI may work later.
 *
 * <p>Thread-safe. A fetch blocks its caller. {@link #close} aborts running fetches.
 */
public final class Fetcher implements AutoCloseable {

  /**
   * Whether and when a store began to answer. {@code LATE} means that more than half of the time
   * limit had passed by then. The store itself was slow in this case, and not only the transfer of
   * the data.
   */
  private enum Answer {
    NONE,
    LATE,
    SOON
  }

  private final AllowList allowed;
  private final FetchLimits limits;
  private final Semaphore permits;
  private final Transfer transfer;
  private final Sources sources;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<Watch> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Opens the clients that the places of the allow-list need.
   *
   * @param config the allowed places, the limits, and the access to S3
   * @throws IllegalStateException if the list has a place in S3, but the AWS SDK is not on the
   *     class path or finds no region
   */
  public Fetcher(FetchConfig config) {
    this(config, Lookup.SYSTEM);
  }

  Fetcher(FetchConfig config, Lookup lookup) {
    this.allowed = config.allowed();
    this.limits = config.limits();
    this.permits = new Semaphore(limits.concurrency(), true);
    this.transfer = new Transfer(limits.maxBytes());
    this.sources = Sources.open(config, lookup);
    this.timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("millrace-fetch-timer"));
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * {@return whether a text can be a checksum} If it cannot, {@link #fetch} refuses it without
   * asking the store.
   *
   * @param sha256 the text
   */
  public static boolean isChecksum(String sha256) {
    return Transfer.isChecksum(sha256);
  }

  /**
   * Fetches data. If the largest allowed number of fetches is already running, first waits until
   * one of them ends. The time limit does not include this wait.
   *
   * @param uri the URI of the data
   * @param sha256 the checksum that the data must have, 64 hexadecimal digits; or null
   * @param out the stream to write to, for example a {@link HeapBuffer}; the caller closes it. If
   *     the result is not a {@link Fetched}, the written bytes are incomplete or wrong
   * @return the outcome
   * @throws StoreAwayException if the store does not work at the moment, or the fetcher is closed
   * @throws InterruptedException if the thread is interrupted while it waits for its turn
   * @throws java.io.UncheckedIOException if {@code out} cannot be written
   */
  public FetchResult fetch(String uri, String sha256, OutputStream out)
      throws StoreAwayException, InterruptedException {
    try {
      Transfer.requireChecksum(sha256);
      DataRef ref = admitted(uri);
      permits.acquire();
      try (Watch watch = watch()) {
        return fetch(ref, sha256, out, watch);
      } finally {
        permits.release();
      }
    } catch (RefusedException e) {
      return e.refused();
    }
  }

  private DataRef admitted(String uri) throws RefusedException {
    DataRef ref;
    try {
      ref = DataRef.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          Refused.Reason.INVALID, "its data reference is refused: " + e.getMessage());
    }
    if (!allowed.admits(ref)) {
      throw new RefusedException(
          Refused.Reason.NOT_ALLOWED, "its data reference is not in the list of allowed places");
    }
    return ref;
  }

  private Fetched fetch(DataRef ref, String sha256, OutputStream out, Watch watch)
      throws RefusedException, StoreAwayException {
    running.add(watch);
    Answer answer = Answer.NONE;
    try {
      if (isBrokenOff(watch)) {
        throw new IOException("the fetcher is closed");
      }
      try (Body body = sources.open(ref, watch)) {
        answer =
            watch.left().compareTo(limits.total().dividedBy(2)) < 0 ? Answer.LATE : Answer.SOON;
        return transfer.copy(body, sha256, out, watch::received);
      }
    } catch (IOException e) {
      throw failure(ref, e, answer, watch);
    } catch (StoreAwayException e) {
      // A client may also throw this exception if the fetcher closes it during a request.
      throw isBrokenOff(watch) ? brokenOff(ref, e) : e;
    } finally {
      running.remove(watch);
    }
  }

  private boolean isBrokenOff(Watch watch) {
    return closed || watch.isCancelled();
  }

  private static StoreAwayException brokenOff(DataRef ref, Exception cause) {
    return new StoreAwayException(ref.store(), "the fetch was broken off by a shutdown", cause);
  }

  /**
   * {@return the exception to throw if the fetcher was closed, or the store or the network is at
   * fault}
   *
   * @throws RefusedException if the time limit has passed, and the data is at fault
   */
  private StoreAwayException failure(DataRef ref, IOException e, Answer answer, Watch watch)
      throws RefusedException {
    if (isBrokenOff(watch)) {
      return brokenOff(ref, e);
    } else if (!watch.isOver()) {
      return new StoreAwayException(ref.store(), Trouble.of(e), e);
    }
    String limit = "within " + limits.total().toMillis() + " ms";
    return switch (answer) {
      case NONE -> new StoreAwayException(ref.store(), "it did not answer " + limit, e);
      case LATE -> new StoreAwayException(ref.store(), "it did not send the data " + limit, e);
      case SOON -> {
        if (watch.silence().compareTo(limits.total().dividedBy(2)) >= 0) {
          // The transfer has stopped, and was not only slow.
          yield new StoreAwayException(ref.store(), "it was silent for too long", e);
        }
        throw new RefusedException(Refused.Reason.TOO_SLOW, "the data did not come " + limit);
      }
    };
  }

  private Watch watch() {
    Watch watch = new Watch(limits.total());
    try {
      watch.setTimer(timer.schedule(watch::expire, limits.total().toNanos(), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      watch.cancel();
    }
    return watch;
  }

  /** Aborts the running fetches, and closes all connections. */
  @Override
  public void close() {
    closed = true;
    running.forEach(Watch::cancel);
    timer.shutdownNow();
    sources.close();
  }
}
