package dev.millrace.streams;

import dev.millrace.streams.engine.Classification;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The records of one task whose answers have not left yet, in the order they came. Answers come in
 * any order; they leave in this one.
 *
 * <p>Records with an answer move to a queue of their own, in which they wait for their burst (see
 * {@link BurstPace}). There they do not count towards the records in flight.
 *
 * <p>Confined to its task's stream thread.
 */
final class RecordLine<K> {

  /** Records whose answers are to come; some of them may have come since the last look. */
  private final Queue<PendingRecord<K>> inFlight = new ArrayDeque<>();

  /** Records whose answers are there; all of them are older than those in flight. */
  private final Queue<PendingRecord<K>> answered = new ArrayDeque<>();

  /** Adds the newest record. */
  void add(PendingRecord<K> record) {
    inFlight.add(record);
  }

  /**
   * Moves the oldest records in flight to the answered ones, up to the first without an answer.
   *
   * @return size of the images moved, in bytes
   */
  long setAnsweredAside() {
    long bytes = 0;
    while (!inFlight.isEmpty() && inFlight.element().answer().isDone()) {
      PendingRecord<K> record = inFlight.remove();
      answered.add(record);
      bytes += record.bytes();
    }
    return bytes;
  }

  /** Removes and returns the oldest of the records set aside; null if there is none. */
  PendingRecord<K> pollAnswered() {
    return answered.poll();
  }

  /**
   * Waits until the oldest record in flight has its answer. A failure is an answer, too. Returns at
   * once if no record is in flight.
   */
  void awaitOldest(long nanos) throws InterruptedException, TimeoutException {
    PendingRecord<K> oldest = inFlight.peek();
    if (oldest == null) {
      return;
    }
    try {
      oldest.answer().get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      // the record's turn will tell
    }
  }

  /** The answer that leaves next, there or still to come; null if the line is empty. */
  CompletableFuture<Classification> next() {
    PendingRecord<K> oldest = answered.isEmpty() ? inFlight.peek() : answered.element();
    return oldest == null ? null : oldest.answer();
  }

  /** Number of records in flight. */
  int inFlight() {
    return inFlight.size();
  }

  /** Number of records set aside. */
  int answered() {
    return answered.size();
  }

  /** Number of records in line. */
  int size() {
    return answered.size() + inFlight.size();
  }

  /** Forgets every record. */
  void clear() {
    answered.clear();
    inFlight.clear();
  }
}
