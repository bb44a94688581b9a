package dev.millrace.streams.clients;

import dev.millrace.streams.internals.LastPoll;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The answers that a stream thread owes: one for each record of its tasks whose answer the thread
 * has not forwarded yet. The thread's processors add their tasks. The thread's consumer must not
 * sleep while an answer is owed (see {@link PromptPoll}). Confined to that thread.
 */
public final class OwedAnswers {

  /** A task that may owe answers. */
  public interface Debtor {
    /**
     * {@return the answer that the task forwards next, complete or not; null if the task owes no
     * answer}
     */
    CompletableFuture<?> next();
  }

  private static final ThreadLocal<OwedAnswers> OF_THREAD =
      ThreadLocal.withInitial(() -> new OwedAnswers(System::nanoTime));

  private final Set<Debtor> debtors = new LinkedHashSet<>();
  private final BurstPace pace;
  private final OpenTransaction transaction;
  private final MissedPolls polls = new MissedPolls(new LastPoll()::ago);

  /**
   * Creates an object for a thread that has no tasks yet.
   *
   * @param nanoTime the clock, for example {@link System#nanoTime}
   */
  public OwedAnswers(LongSupplier nanoTime) {
    pace = new BurstPace(nanoTime);
    transaction = new OpenTransaction(nanoTime);
  }

  /**
   * {@return the answers that the calling thread owes; time is measured with {@link
   * System#nanoTime}}
   */
  public static OwedAnswers ofThisThread() {
    return OF_THREAD.get();
  }

  /** {@return the pace at which the thread forwards its answers} */
  public BurstPace pace() {
    return pace;
  }

  /** {@return the transaction of the thread's producer} */
  OpenTransaction transaction() {
    return transaction;
  }

  /**
   * To be called after a wait of the thread for an answer.
   *
   * @param nanos the time of the wait, in ns
   */
  public void waited(long nanos) {
    transaction.waited(nanos);
    polls.waited(nanos);
  }

  /** {@return the polls that the thread has missed} */
  public MissedPolls polls() {
    return polls;
  }

  /** Adds a task. Call this method when the task starts, and {@link #remove} when the task ends. */
  public void add(Debtor debtor) {
    debtors.add(debtor);
  }

  /** Removes a task, so that its answers are owed no longer. */
  public void remove(Debtor debtor) {
    debtors.remove(debtor);
  }

  /** {@return whether a task owes an answer} */
  public boolean any() {
    for (Debtor debtor : debtors) {
      if (debtor.next() != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits until a task can forward an answer. Checks every task once. If no answer is complete,
   * waits only for the answer of the first task that owes one, so the wait should be short.
   *
   * @param nanos the longest time to wait, in ns
   * @return true if an answer is complete or the thread was interrupted; false if the time has
   *     passed or no answer is owed
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
