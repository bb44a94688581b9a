package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A fixed number of threads that decode images, each with its own {@link ThreadDecoder}.
 *
 * <p>Native code cannot be interrupted. So if a decode exceeds its timeout, the pool refuses the
 * image and replaces the thread. The old thread ends when its decoder returns. If more than {@link
 * ImageLimits#maxHungDecoders} decoders hang at once, the engine must stop.
 *
 * <p>Thread-safe. The pool's own lock guards the image that each worker decodes, and the time at
 * which the decode began. No thread holds the lock while a decoder or the listener runs.
 */
final class DecodePool implements AutoCloseable {

  /** Receives the pool's reports, on the threads of the pool and of the watchdog. */
  interface Listener {
    /** A slot's image was decoded, or was refused if {@code refusal} is not null. */
    void decoded(Batch.Slot slot, BadImageException refusal);

    /** A slot's image is refused while its decoder may still write to the slot. */
    void abandoned(Batch.Slot slot, BadImageException refusal);

    /** Decoding cannot continue, so the engine must stop. */
    void fatal(Throwable cause);
  }

  private record Work(Batch.Slot slot, byte[] encoded) {}

  private final EngineThreads threads;
  private final ImageLimits limits;
  private final Supplier<ImageDecoder> decoders;
  private final Listener listener;
  private final LongSupplier nanoTime;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Set<Class<?>> failuresSeen = ConcurrentHashMap.newKeySet();
  private final Set<Worker> workers = new HashSet<>();
  private final Set<Worker> hung = new HashSet<>();
  private int started;
  private volatile boolean closed;

  /**
   * @param threads creates the threads
   * @param decoders creates a decoder; called on each thread, and again after a decoder has failed.
   *     The thread closes its decoder
   * @param listener receives a report of each image
   */
  DecodePool(
      EngineThreads threads,
      ImageLimits limits,
      Supplier<ImageDecoder> decoders,
      Listener listener,
      LongSupplier nanoTime) {
    this.threads = threads;
    this.limits = limits;
    this.decoders = decoders;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /** Starts this many threads. To be called once. */
  synchronized void start(int count) {
    for (int i = 0; i < count; i++) {
      startWorker();
    }
  }

  /** Queues an image. The listener gets exactly one report of it. */
  void submit(Batch.Slot slot, byte[] encoded) {
    queue.add(new Work(slot, encoded));
  }

  private void startWorker() {
    Worker worker = new Worker("millrace-decode-" + started++);
    workers.add(worker);
    worker.thread.start();
  }

  private final class Worker implements Runnable {
    private final Thread thread;
    private Work current;
    private long since;

    private Worker(String name) {
      thread = threads.make(name, this);
    }

    @Override
    public void run() {
      try (ThreadDecoder decoder = new ThreadDecoder(decoders, failuresSeen)) {
        for (Work work = next(); work != null; work = next()) {
          begin(work);
          BadImageException refusal = decoder.decode(work.encoded, work.slot);
          if (!end()) {
            return;
          }
          long nanos = nanoTime.getAsLong() - since;
          work.slot.model.metrics().decoded(nanos);
          work.slot.trace.decoded(nanos);
          listener.decoded(work.slot, refusal);
        }
      } catch (Throwable e) {
        listener.fatal(e);
      }
    }

    /** Waits for the next image, even if interrupted. Returns null once the pool is closed. */
    private Work next() {
      while (!closed) {
        try {
          return queue.take();
        } catch (InterruptedException e) {
          // The interrupt came from close(), or earlier from a decoder.
        }
      }
      return null;
    }

    private void begin(Work work) {
      synchronized (DecodePool.this) {
        current = work;
        since = nanoTime.getAsLong();
      }
    }

    /**
     * Notes that the decoder has returned. Returns false if the pool has given up this decode and
     * has already reported its image.
     */
    private boolean end() {
      synchronized (DecodePool.this) {
        current = null;
        return !hung.remove(this);
      }
    }

    private boolean isLate(long now) {
      return current != null && now - since >= limits.decodeTimeout().toNanos();
    }
  }

  /** Gives up every decode that has exceeded its timeout. To be called at intervals. */
  void giveUpOnHung() {
    List<Batch.Slot> abandoned = new ArrayList<>();
    int hanging;
    synchronized (this) {
      long now = nanoTime.getAsLong();
      List<Worker> late = workers.stream().filter(worker -> worker.isLate(now)).toList();
      if (late.isEmpty()) {
        return;
      }
      for (Worker worker : late) {
        workers.remove(worker);
        hung.add(worker);
        abandoned.add(worker.current.slot);
      }
      hanging = hung.size();
      if (hanging <= limits.maxHungDecoders()) {
        late.forEach(worker -> startWorker());
      }
    }
    for (Batch.Slot slot : abandoned) {
      listener.abandoned(
          slot,
          new BadImageException(
              BadImageException.Reason.TIMEOUT,
              "decoding took longer than " + limits.decodeTimeout().toMillis() + " ms"));
    }
    if (hanging > limits.maxHungDecoders()) {
      listener.fatal(
          new IllegalStateException(
              hanging
                  + " decoders hang in native code, more than max-hung-decoders allows; restart the"
                  + " instance"));
    }
  }

  /** Ends the threads. A thread that hangs in native code ends when its decoder returns. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      workers.forEach(worker -> worker.thread.interrupt());
    }
  }
}
