package dev.millrace.streams;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The answers that a stream thread owes: what is in flight in the tasks it runs. It is known to the
 * thread's processors, which note what they owe, and to its consumer, which must not sleep on it
 * (see {@link PromptClients}). Confined to that thread.
 */
final class OwedAnswers {

  /** A task with images in flight. */
  interface Debtor {
    /** The answer that it passes on next, or null if none is in flight. */
    CompletableFuture<?> next();
  }

  private static final ThreadLocal<OwedAnswers> OF_THREAD =
      ThreadLocal.withInitial(OwedAnswers::new);

  /** What the thread has to do, and how long a burst of answers lasts then. */
  private enum Load {
    /** No record has come: nothing is worth waiting for. */
    IDLE(0),
    /** Records keep coming. */
    STEADY(5),
    /** Who comes now waits for longer than the burst, which Kafka Streams' producers wait, too. */
    BACKLOG(100);

    private final long burstNanos;

    Load(long burstMillis) {
      burstNanos = TimeUnit.MILLISECONDS.toNanos(burstMillis);
    }
  }

  /**
   * Bytes of images whose answers may wait for a burst. They are kept until then, for a dead letter
   * of whoever comes after; tens of megabytes would make the heap grow, which costs more than
   * requests.
   */
  static final long MOST_WAITING_BYTES = 4 << 20;

  /** How many say how long one takes. */
  private static final double RECENT_RECORDS = 256;

  private final Set<Debtor> debtors = new LinkedHashSet<>();
  private Load load = Load.IDLE;
  private long burstStart = System.nanoTime();
  private long burst;
  private long waitingBytes;

  /** What the consumer found last, and how many records the broker had left of it. */
  private int taken;

  private long lag;
  private long returned = System.nanoTime();

  /** How long the thread has gone without asking, at most, since it took records. */
  private long busyNanos;

  /** What the records took that came last, a few of which may have had to wait for many others. */
  private double recentNanos;

  private double recentRecords;

  OwedAnswers() {}

  /** What the calling thread owes. */
  static OwedAnswers ofThisThread() {
    return OF_THREAD.get();
  }

  /** Notes a task, from its start to its end. */
  void add(Debtor debtor) {
    debtors.add(debtor);
  }

  void remove(Debtor debtor) {
    debtors.remove(debtor);
  }

  /** Notes that the thread's consumer asks. */
  void polling(long now) {
    busyNanos = Math.max(busyNanos, now - returned);
  }

  /**
   * Notes what the thread's consumer found. Kafka Streams asks once it has processed what it took,
   * so that the time until then says how long whoever comes now has to wait.
   *
   * @param records how many it found
   * @param lag how many more there are where these came from
   */
  void polled(int records, long lag, long now) {
    if (records == 0) {
      load = Load.IDLE;
    } else {
      if (this.lag > 0) {
        polling(now); // there was more, so that to wait for it was no leisure
      }
      learn();
      double wait = recentRecords == 0 ? 0 : recentNanos / recentRecords * (records + lag);
      load = wait >= Load.BACKLOG.burstNanos ? Load.BACKLOG : Load.STEADY;
      taken = records;
      busyNanos = 0;
    }
    this.lag = lag;
    returned = now;
  }

  private void learn() {
    if (taken > 0) {
      double kept = Math.max(0, 1 - taken / RECENT_RECORDS);
      recentNanos = kept * recentNanos + busyNanos;
      recentRecords = kept * recentRecords + taken;
    }
  }

  /**
   * How long the consumer may wait for records that are known to be there: until the burst is over,
   * since no answer leaves before.
   *
   * @return nanoseconds; zero if there may be none
   */
  long nanosForMore(long now) {
    return lag == 0 ? 0 : Math.max(0, load.burstNanos - (now - burstStart));
  }

  /**
   * The burst that answers should leave with, for all of the thread's tasks: an answer at a time
   * would make a request to the broker for each. While records keep coming, a new one begins every
   * five milliseconds, with a backlog every hundred. A thread without more records has nothing to
   * wait for, so that each call begins one; and so does {@link #MOST_WAITING_BYTES} of images.
   */
  long burst(long now) {
    return now - burstStart >= load.burstNanos || waitingBytes >= MOST_WAITING_BYTES
        ? nextBurst(now)
        : burst;
  }

  /** Notes that so many bytes of images are kept until the burst is over. */
  void waiting(long bytes) {
    waitingBytes += bytes;
  }

  /** Begins a burst: a task that has to pass answers on has the others do so, too. */
  long nextBurst(long now) {
    burstStart = now;
    waitingBytes = 0;
    burst++;
    return burst;
  }

  /** True if a task has an image in flight. */
  boolean any() {
    for (Debtor debtor : debtors) {
      if (debtor.next() != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits until a task can pass an answer on, for so long at most.
   *
   * @return true if one can
   */
  boolean await(long nanos) {
    CompletableFuture<?> first = null;
    for (Debtor debtor : debtors) {
      CompletableFuture<?> next = debtor.next();
      if (next != null && next.isDone()) {
        return true;
      }
      first = first == null ? next : first;
    }
    if (first == null) {
      return false;
    }
    try {
      first.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // a failure is an answer, too
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }
}
