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
    /** Records wait for longer than the burst, which Kafka Streams' producers wait, too. */
    BACKLOG(100);

    private final long burstNanos;

    Load(long burstMillis) {
      burstNanos = TimeUnit.MILLISECONDS.toNanos(burstMillis);
    }
  }

  private final Set<Debtor> debtors = new LinkedHashSet<>();
  private Load load = Load.IDLE;
  private long burstStart = System.nanoTime();
  private long burst;

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

  /**
   * Notes what the thread's consumer found.
   *
   * @param records whether there were any
   * @param busyNanos for how long the thread had not asked. Kafka Streams asks once it has
   *     processed everything, so whoever came first in the meantime has waited as long
   */
  void polled(boolean records, long busyNanos) {
    if (!records) {
      load = Load.IDLE;
    } else {
      load = busyNanos >= Load.BACKLOG.burstNanos ? Load.BACKLOG : Load.STEADY;
    }
  }

  /**
   * The burst that answers should leave with, for all of the thread's tasks: an answer at a time
   * would make a request to the broker for each. While records keep coming, a new one begins every
   * five milliseconds, with a backlog every hundred. A thread without more records has nothing to
   * wait for, so that each call begins one.
   */
  long burst(long now) {
    return now - burstStart >= load.burstNanos ? nextBurst(now) : burst;
  }

  /** Begins a burst: a task that has to pass answers on has the others do so, too. */
  long nextBurst(long now) {
    burstStart = now;
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
