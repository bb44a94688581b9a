package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A fixed number of threads that decode, each with a decoder of its own.
 *
 * <p>Native code cannot be interrupted, so a decode past its timeout is given up on instead: its
 * image is refused, its thread is replaced by a new one and ends when its decoder returns at last.
 * More than {@link ImageLimits#maxHungDecoders} such threads at once are fatal to the engine.
 */
final class DecodePool implements AutoCloseable {

  /** What the pool tells the engine; called on the pool's threads. */
  interface Listener {
    /** A slot's image was decoded, or refused if {@code refusal} is not null. */
    void decoded(Batch.Slot slot, BadImageException refusal);

    /** A slot's image is refused while its decoder may still write to it. */
    void abandoned(Batch.Slot slot, BadImageException refusal);

    /** Decoding cannot go on. */
    void fatal(Throwable cause);
  }

  private record Work(Batch.Slot slot, byte[] encoded) {}

  private final ImageLimits limits;
  private final Supplier<ImageDecoder> decoders;
  private final Listener listener;
  private final LongSupplier nanoTime;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Set<Worker> workers = new HashSet<>();
  private final Set<Worker> hung = new HashSet<>();
  private final Thread watchdog;
  private int started;
  private volatile boolean closed;

  DecodePool(
      int threads,
      ImageLimits limits,
      Supplier<ImageDecoder> decoders,
      Listener listener,
      LongSupplier nanoTime) {
    this.limits = limits;
    this.decoders = decoders;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.watchdog = new Thread(this::watch, "millrace-decode-watchdog");
    synchronized (this) {
      for (int i = 0; i < threads; i++) {
        start(new Worker());
      }
    }
    watchdog.setDaemon(true);
    watchdog.start();
  }

  /** Queues an image; the listener hears of it exactly once. */
  void submit(Batch.Slot slot, byte[] encoded) {
    queue.add(new Work(slot, encoded));
  }

  private void start(Worker worker) {
    workers.add(worker);
    Thread thread = new Thread(worker, "millrace-decode-" + started++);
    thread.setDaemon(true);
    thread.start();
    worker.thread = thread;
  }

  private final class Worker implements Runnable {
    private Thread thread;
    private Work current;
    private long since;

    @Override
    public void run() {
      try (ImageDecoder decoder = decoders.get()) {
        while (!closed) {
          Work work = queue.take();
          begin(work);
          BadImageException refusal = decode(decoder, work);
          if (!end()) {
            return;
          }
          listener.decoded(work.slot, refusal);
        }
      } catch (InterruptedException e) {
        // closed
      } catch (Throwable e) {
        listener.fatal(e);
      }
    }

    private BadImageException decode(ImageDecoder decoder, Work work) {
      try {
        decoder.decode(work.encoded, work.slot.model.preprocessing(), work.slot.pixels);
        return null;
      } catch (BadImageException e) {
        return e;
      }
    }

    private void begin(Work work) {
      synchronized (DecodePool.this) {
        current = work;
        since = nanoTime.getAsLong();
      }
    }

    /** False if this worker was given up on meanwhile. */
    private boolean end() {
      synchronized (DecodePool.this) {
        current = null;
        return !hung.remove(this);
      }
    }
  }

  private void watch() {
    long interval = Math.max(1, limits.decodeTimeout().toMillis() / 10);
    try {
      while (!closed) {
        TimeUnit.MILLISECONDS.sleep(interval);
        giveUpOnHung(nanoTime.getAsLong());
      }
    } catch (InterruptedException e) {
      // closed
    } catch (Throwable e) {
      listener.fatal(e);
    }
  }

  private synchronized void giveUpOnHung(long now) {
    for (Worker worker : Set.copyOf(workers)) {
      if (worker.current == null || now - worker.since < limits.decodeTimeout().toNanos()) {
        continue;
      }
      workers.remove(worker);
      hung.add(worker);
      listener.abandoned(
          worker.current.slot,
          new BadImageException(
              BadImageException.Reason.TIMEOUT,
              "decoding took longer than " + limits.decodeTimeout().toMillis() + " ms"));
      if (hung.size() > limits.maxHungDecoders()) {
        listener.fatal(
            new IllegalStateException(
                hung.size()
                    + " decoders hang in native code, more than max-hung-decoders allows; restart the instance"));
        return;
      }
      start(new Worker());
    }
  }

  /** Ends the threads; those that hang in native code end when that returns. */
  @Override
  public void close() {
    closed = true;
    watchdog.interrupt();
    Consumer<Worker> interrupt = worker -> worker.thread.interrupt();
    synchronized (this) {
      workers.forEach(interrupt);
    }
  }
}
