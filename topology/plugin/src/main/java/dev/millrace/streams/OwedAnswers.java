package dev.millrace.streams;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The answers that a stream thread owes: those of the records in flight in the tasks it runs. The
 * thread's processors note what they owe. The thread's consumer must not sleep on it (see {@link
 * PromptClients}). Confined to that thread.
 */
final class OwedAnswers {

  /** A task with images in flight. */
  interface Debtor {
    /** The answer that the task forwards next, or null if it has no image in flight. */
    CompletableFuture<?> next();
  }

  private static final ThreadLocal<OwedAnswers> OF_THREAD =
      ThreadLocal.withInitial(() -> new OwedAnswers(System::nanoTime));

  private final Set<Debtor> debtors = new LinkedHashSet<>();
  private final BurstPace pace;

  /**
   * A thread that owes nothing.
   *
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  OwedAnswers(LongSupplier nanoTime) {
    pace = new BurstPace(nanoTime);
  }

  /** What the calling thread owes, by the system's clock. */
  static OwedAnswers ofThisThread() {
    return OF_THREAD.get();
  }

  /** When the thread's answers leave. */
  BurstPace pace() {
    return pace;
  }

  /** Notes a task, from its start to its end. */
  void add(Debtor debtor) {
    debtors.add(debtor);
  }

  void remove(Debtor debtor) {
    debtors.remove(debtor);
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
   * Waits until a task can forward an answer.
   *
   * @param nanos how long to wait at most
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
